/**
 * Records that wait for a decision. The server tells which items each writes, never what they say;
 * about whom, it tells those who read dossiers.
 */
import '../screens/decide.css';
import { useState } from 'preact/hooks';
import { Check, ContactRound, Cross, Hourglass, Info, Smartphone } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Queue } from '../../parts/queue.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { LocalMinute } from '../../field/model.ts';
import { moment } from '../../text/format.ts';
import { outcomeText } from '../../text/outcomes.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { ExportTable, HeldAnswer } from '../api.ts';
import { Refusal } from '../api.ts';
import type { PlaceName } from '../place.ts';
import type { PageProps } from '../signed-in.ts';
import { dayOf, minuteOf } from '../time.ts';
import { DecideTabs } from './decide-tabs.tsx';
import { ExportBar } from './export-bar.tsx';
import { Loading, ProblemNote } from './page-parts.tsx';

export function HeldPage(props: PageProps) {
  const { api, me, live, go, frame, devices, held, doubles, onSignOut } = props;
  const text = useText();
  const { t } = text;
  const [chosen, choose] = useState<string | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const oldestFirst = [...(held.value ?? [])].sort((a, b) => a.since - b.since);
  const selected = oldestFirst.find((one) => one.change === chosen) ?? oldestFirst[0];
  const author = (one: HeldAnswer) => devices.value?.find(({ device }) => device === one.device)?.label ?? t('held.by.unknown');
  const decide = (one: HeldAnswer, word: 'approve' | 'refuse') => {
    api.decide(one, word).then(
      () => setProblem(null),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    ).finally(live.refresh);
  };
  const actions = (
    <ExportBar
      api={api} list="held" unit={me.units[0]?.unit ?? 0} now={frame.now}
      table={() => Promise.resolve(table(oldestFirst, author, text))} onProblem={setProblem}
    />
  );
  const lines = oldestFirst.map((one) => ({
    id: one.change, code: one.reason, name: title(one, text), since: minuteOf(one.since), decided: null,
  }));
  return (
    <ConsolePage onSignOut={onSignOut} frame={frame} title={t('decide.title')} actions={actions} onPage={(page) => go({ page: page as PlaceName })}>
      <DecideTabs {...props} counts={{ held: lines.length, doubles: doubles.value?.length ?? 0 }} />
      <ProblemNote problem={problem ?? held.problem} />
      {held.value === null && held.problem === null && <Loading />}
      {held.value?.length === 0 && (
        <Note icon={Check} tone="good">
          {t('decide.none')}
        </Note>
      )}
      {selected && (
        <div class="decide">
          <section class="card decide-list">
            <h2 class="decide-count small soft">{t('decide.count', { n: lines.length })}</h2>
            <Queue
              lines={lines}
              selected={selected.change}
              now={frame.now}
              onSelect={choose}
              onApprove={() => decide(selected, 'approve')}
              onReturn={() => document.querySelector<HTMLElement>('.decide-detail .danger')?.focus()}
            />
          </section>
          <section class="card decide-detail" aria-label={t('decide.detail')}>
            <Detail held={selected} author={author(selected)} now={frame.now} />
            <div class="decide-actions">
              <Button look="primary" icon={Check} onPress={() => decide(selected, 'approve')}>
                {t('decide.approve')}
              </Button>
              <Button look="danger" icon={Cross} onPress={() => decide(selected, 'refuse')}>
                {t('held.refuse')}
              </Button>
              {selected.name !== null && (
                <Button look="quiet" icon={ContactRound} onPress={() => go({ page: 'dossiers', dossier: selected.document })}>
                  {t('held.open')}
                </Button>
              )}
            </div>
          </section>
        </div>
      )}
    </ConsolePage>
  );
}

function Detail({ held, author, now }: { held: HeldAnswer; author: string; now: LocalMinute }) {
  const text = useText();
  const { t, language } = text;
  return (
    <>
      <div class="decide-head">
        <h2>{title(held, text)}</h2>
        <Chip icon={Hourglass} role="wait">
          {t('state.held')}
        </Chip>
      </div>
      <Note icon={Hourglass} tone="wait">
        <span class="strong">{t('decide.why')}</span> {t(outcomeText(held.reason).sentence)}
      </Note>
      <div>
        <h3 class="small strong">{t('held.items')}</h3>
        <ul class="held-keys">
          {itemsOf(held, text).map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      </div>
      <Note icon={Info}>{t('held.items.hidden')}</Note>
      <ul class="decide-facts small">
        <li>
          <Smartphone size={18} />
          <span>{t('held.by', { who: author })}</span>
        </li>
        <li>
          <Hourglass size={18} />
          <span>{t('held.arrived', { when: moment(minuteOf(held.since), now, language) })}</span>
        </li>
      </ul>
    </>
  );
}

/** Without a name, enough of the number to tell two apart. */
function title({ document, name }: HeldAnswer, { t }: Text): string {
  return name ?? t('held.document', { id: document.slice(0, 8) });
}

function itemsOf({ keys }: HeldAnswer, { t }: Text): string[] {
  const words = keys.map((key) => {
    const field = `field.${key}`;
    if (key === '~') return t('held.event');
    return isPlainKey(field) ? t(field) : t('held.item', { name: key });
  });
  return [...new Set(words)];
}

function table(all: HeldAnswer[], author: (one: HeldAnswer) => string, text: Text): ExportTable {
  const { t } = text;
  const head = [t('decide.col.record'), t('decide.why'), t('held.items'), t('devices.col.person'), t('console.day')];
  const rows = all.map((one) => [
    one.document, t(outcomeText(one.reason).sentence), itemsOf(one, text).join('; '), author(one), dayOf(minuteOf(one.since)),
  ]);
  return { title: t('decide.held'), columns: head.map((name) => ({ name })), rows };
}
