/** Own figures and the team's against their targets, computed on this phone. */
import './results.css';
import './sync.css';
import { CircleHelp, ClockAlert, Smartphone, Target, User, Users } from '../../design/icons.tsx';
import { Bar, Switch } from '../../parts/bar.tsx';
import { IconButton } from '../../parts/button.tsx';
import { Card, Note } from '../../parts/card.tsx';
import { FilterChips } from '../../parts/chip.tsx';
import { GoalFigure } from '../../parts/progress.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { day, moment, number, partialDate } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { Figure, Period, ResultsView, Tab } from '../model.ts';

export interface ResultsProps {
  view: ResultsView;
  onTab: (tab: Tab) => void;
  onPeriod: (period: Period) => void;
  onHelp: () => void;
}

export function Results({ view, onTab, onPeriod, onHelp }: ResultsProps) {
  const { t, language } = useText();
  const { length, which } = view.period;
  const bar = (
    <Bar
      title={t('tab.results')}
      sub={t('results.as-of', { when: moment(view.now, view.now, language) })}
      actions={<IconButton icon={CircleHelp} label={t('app.help')} onPress={onHelp} />}
    >
      <Switch
        label={t('results.weeks')}
        options={[
          { id: 'this', name: t(`results.this-${length}`) },
          { id: 'last', name: t(`results.last-${length}`) },
        ]}
        chosen={view.period.which}
        onChoose={(which) => onPeriod({ length, which })}
      />
    </Bar>
  );
  return (
    <Screen bar={bar} tabs={<Tabs here="results" badges={view.badges} onOpen={onTab} />}>
      <FilterChips
        label={t('results.length')} chosen={[length]}
        chips={(['week', 'month'] as const).map((id) => ({ id, name: t(`results.${id}`) }))}
        onToggle={(chosen) => onPeriod({ length: chosen, which })}
      />
      <Aims view={view} />
      <Card icon={User} title={t('results.mine')} aside={`${day(view.from, view.now)} – ${day(view.to, view.now)}`}>
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

/** What is aimed at, and how far everybody in the hamlet has come. */
function Aims({ view }: { view: ResultsView }) {
  const text = useText();
  const { t, language } = text;
  if (view.aims.length === 0) return <Note icon={Target}>{t('results.no-target')}</Note>;
  return (
    <Card icon={Target} title={t('results.aims')}>
      {view.aims.map(({ id, indicator, kind, target, done, mine, due }) => (
        <GoalFigure
          key={id} id={`aim-${indicator}`} name={`${indicatorName(indicator, text)} · ${t(`target-kind.${kind}`)}`} done={done} target={target}
          fact={[
            t('results.aim.mine', { n: number(mine, language) }), due !== null && t('results.aim.due', { day: partialDate(due) }),
          ].filter(Boolean).join(' · ')}
        />
      ))}
    </Card>
  );
}

function indicatorName(indicator: string, { t }: Text): string {
  const key = `indicator.${indicator}`;
  return isPlainKey(key) ? t(key) : indicator;
}

/** What was done, beside the period before. What nobody did in either is left out, but never all. */
function Figures({ figures }: { figures: Figure[] }) {
  const { t, language } = useText();
  const shown = figures.filter(({ done, before }, n) => n < ALWAYS_SHOWN || done + before > 0);
  return (
    <dl class="made">
      {shown.map(({ indicator, done, before }) => (
        <div key={indicator} class="made-one" data-indicator={indicator} data-done={done}>
          <dt>{t(`indicator.${indicator}`)}</dt>
          <dd>
            <span class="small soft">{t('results.before', { n: before })}</span> <span class="goal-done">{number(done, language)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

const ALWAYS_SHOWN = 3;
