/** Guidance sessions: drafts first, then by day. */
import './guidance.css';
import { Landmark, Megaphone, MessagesSquare, PencilLine, Plus } from '../../design/icons.tsx';
import { Bar, SyncPanel } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { Card, Row } from '../../parts/card.tsx';
import { StateChip } from '../../parts/chip.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { dayOrName } from '../../text/format.ts';
import { serviceWord } from '../../text/said.ts';
import { capital, useText } from '../../text/text.ts';
import type { GuidanceView, SessionLine, Tab } from '../model.ts';
import { syncLine } from '../sync-line.ts';

export interface GuidanceProps {
  view: GuidanceView;
  onTab: (tab: Tab) => void;
  onNew: () => void;
  onOpen: (draft: string) => void;
  /** A session that was saved. */
  onRead: (document: string) => void;
  onDesk: () => void;
  onNotices: () => void;
}

export function Guidance({ view, onTab, onNew, onOpen, onRead, onDesk, onNotices }: GuidanceProps) {
  const text = useText();
  const { t, language } = text;
  const days = grouped(view.sessions, (line) => dayOrName(line.at, view.now, language));
  const bar = (
    <Bar title={t('tab.guidance')} sub={view.hamlet}>
      <SyncPanel {...syncLine(view.sync, view.now, text)} onOpen={() => onTab('sync')} />
    </Bar>
  );
  const add = (
    <Button look="primary" wide icon={Plus} onPress={onNew}>
      {t('guidance.new')}
    </Button>
  );
  return (
    <Screen bar={bar} actions={add} tabs={<Tabs here="guidance" badges={view.badges} onOpen={onTab} />}>
      <div class="ways">
        <Button icon={Landmark} onPress={onDesk}>{t('desk.title')}</Button>
        <Button icon={Megaphone} onPress={onNotices}>{t('notice.title')}</Button>
      </div>
      {view.drafts.length > 0 && (
        <Card icon={PencilLine} title={t('guidance.drafts')} group>
          <Lines lines={view.drafts} onOpen={onOpen} />
        </Card>
      )}
      {[...days].map(([day, lines]) => (
        <Card key={day} title={capital(day)} group>
          <Lines lines={lines} onOpen={onRead} />
        </Card>
      ))}
      {view.drafts.length + view.sessions.length === 0 && (
        <div class="nothing">
          <MessagesSquare size={40} />
          <p>{t('guidance.none')}</p>
        </div>
      )}
    </Screen>
  );
}

function Lines({ lines, onOpen }: { lines: SessionLine[]; onOpen: (id: string) => void }) {
  const text = useText();
  const { t } = text;
  return (
    <ul>
      {lines.map((line) => (
        <Row
          key={line.id}
          icon={MessagesSquare}
          title={serviceWord(line.service, text)}
          sub={
            <>
              {t(`session-kind.${line.where}`)} · {t('guidance.people', { people: line.people, times: line.attendances })}
              {line.state !== 'received' && (
                <div>
                  <StateChip state={line.state} />
                </div>
              )}
            </>
          }
          onOpen={() => onOpen(line.id)}
        />
      ))}
    </ul>
  );
}

/** In the order of first sight. The oldest browsers the app runs on have no `Map.groupBy`. */
function grouped<Item>(items: Item[], by: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(by(item), [...(groups.get(by(item)) ?? []), item]);
  return groups;
}
