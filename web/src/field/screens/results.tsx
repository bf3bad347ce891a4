/** Own figures and the team's against their targets, computed on this phone. */
import './sync.css';
import { CircleHelp, ClockAlert, Smartphone, User, Users } from '../../design/icons.tsx';
import { Bar, Switch } from '../../parts/bar.tsx';
import { IconButton } from '../../parts/button.tsx';
import { Card, Note } from '../../parts/card.tsx';
import { GoalFigure } from '../../parts/progress.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { day, moment } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type { Figure, ResultsView, Tab } from '../model.ts';

export interface ResultsProps {
  view: ResultsView;
  onTab: (tab: Tab) => void;
  onWeek: (week: 'this' | 'last') => void;
  onHelp: () => void;
}

export function Results({ view, onTab, onWeek, onHelp }: ResultsProps) {
  const { t, language } = useText();
  const bar = (
    <Bar
      title={t('tab.results')}
      sub={t('results.as-of', { when: moment(view.now, view.now, language) })}
      actions={<IconButton icon={CircleHelp} label={t('app.help')} onPress={onHelp} />}
    >
      <Switch
        label={t('results.weeks')}
        options={[
          { id: 'this', name: t('results.this-week') },
          { id: 'last', name: t('results.last-week') },
        ]}
        chosen={view.week}
        onChoose={onWeek}
      />
    </Bar>
  );
  return (
    <Screen bar={bar} tabs={<Tabs here="results" badges={view.badges} onOpen={onTab} />}>
      <Card icon={User} title={t('results.mine')}>
        <Figures figures={view.mine} />
      </Card>
      <Card icon={Users} title={t('results.team')} aside={t('results.people', { n: view.teamPeople })}>
        <Figures figures={view.team} />
        {view.late.map(({ who, since }) => (
          <div key={who} class="card-note">
            <span class="as-act">
              <ClockAlert size={20} />
            </span>
            <span class="small">{t('results.late', { who, day: day(since, view.now) })}</span>
          </div>
        ))}
      </Card>
      {view.here > 0 && <Note icon={Smartphone}>{t('results.unsent', { n: view.here })}</Note>}
    </Screen>
  );
}

function Figures({ figures }: { figures: Figure[] }) {
  const { t } = useText();
  return (
    <div>
      {figures.map(({ indicator, done, target, homes }) => (
        <GoalFigure
          key={indicator}
          id={indicator}
          name={t(`indicator.${indicator}`)}
          done={done}
          target={target}
          fact={homes === null ? undefined : t('results.visits', { times: done, homes })}
        />
      ))}
    </div>
  );
}
