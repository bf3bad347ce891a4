/**
 * Pairs of dossiers that may be one person's and about which nobody has decided: those that a worker
 * marked on a phone first, then those with one personal number. What each says stands in one line
 * with what the other says. Until somebody decides, both count.
 */
import { useState } from 'preact/hooks';
import { Check, Cross, EqualNot, Info, Smartphone, Undo2, Users } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import { Toast } from '../../parts/toast.tsx';
import { moment } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { DossierAnswer, ExportTable, PairAnswer, PartedAnswer, PersonAnswer, WroteAnswer } from '../api.ts';
import { Refusal } from '../api.ts';
import { fieldName, shown } from '../dossier-views.ts';
import type { PlaceName } from '../place.ts';
import type { PageProps } from '../signed-in.ts';
import { minuteOf } from '../time.ts';
import { useAnswer } from '../use-answer.ts';
import { DecideTabs } from './decide-tabs.tsx';
import { ExportBar } from './export-bar.tsx';
import { Loading, ProblemNote } from './page-parts.tsx';
import { PeopleQueue } from './people-queue.tsx';

export function DoublesPage(props: PageProps) {
  const { api, me, live, go, frame, held, doubles, onSignOut } = props;
  const text = useText();
  const { t } = text;
  const [chosen, choose] = useState<string | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const [said, say] = useState<Said | null>(null);
  const parted = useAnswer('parted', live.version, () => api.parted());
  const pairs = doubles.value ?? [];
  const selected = pairs.find((pair) => idOf(pair) === chosen) ?? pairs[0];
  const settle = ([first, second]: [PersonAnswer, PersonAnswer], word: 'one' | 'two') => {
    api.settlePair(first.document, second.document, word).then(
      () => (setProblem(null), say({ word, pair: [first.document, second.document] })),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    ).finally(live.refresh);
  };
  const reopen = (pair: [string, string]) => {
    api.reopenPair(...pair).then(
      () => (setProblem(null), choose(null), say({ word: 'again', pair })),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    ).finally(live.refresh);
  };
  const people = pairs.map((pair) => ({
    id: idOf(pair),
    name: nameOf(pair.people[0], text),
    line: [...new Set(pair.people.map(({ unit_name }) => unit_name))].join(' · '),
    age: pair.marks.length > 0 ? t('doubles.marked') : '',
  }));
  const mayRead = pairs.some(({ people: [{ name }] }) => name !== '');
  const actions = mayRead && (
    <ExportBar
      api={api} list="doubles" unit={me.units[0]?.unit ?? 0} now={frame.now}
      table={() => Promise.resolve(table(pairs, text))} onProblem={setProblem}
    />
  );
  return (
    <ConsolePage actions={actions} onSignOut={onSignOut} frame={frame} title={t('decide.title')} onPage={(page) => go({ page: page as PlaceName })}>
      <DecideTabs {...props} counts={{ held: held.value?.length ?? 0, doubles: pairs.length }} />
      <ProblemNote problem={problem ?? doubles.problem} />
      {doubles.value === null && doubles.problem === null && <Loading />}
      {doubles.value?.length === 0 && (
        <Note icon={Check} tone="good">
          {t('decide.none')}
        </Note>
      )}
      {selected && (
        <div class="decide">
          <section class="card decide-list">
            <h2 class="decide-count small soft">{t('doubles.count', { n: pairs.length })}</h2>
            <PeopleQueue icon={Users} people={people} selected={idOf(selected)} onSelect={choose} />
          </section>
          <section class="card decide-detail" aria-label={t('decide.detail')}>
            <Pair key={idOf(selected)} {...props} pair={selected} onSettle={settle} />
          </section>
        </div>
      )}
      <Parted found={parted.value ?? []} now={frame.now} onReopen={reopen} />
      {said && (
        <Toast
          sentence={t(`doubles.done.${said.word}`)}
          {...(said.word === 'two' && { onUndo: () => reopen(said.pair) })}
          onGone={() => say(null)}
        />
      )}
    </ConsolePage>
  );
}

interface Said {
  word: 'one' | 'two' | 'again';
  pair: [string, string];
}

interface PartedProps {
  found: PartedAnswer[];
  now: number;
  onReopen: (pair: [string, string]) => void;
}

/** Those who were found to be two people, by whom and when, and the way back. */
function Parted({ found, now, onReopen }: PartedProps) {
  const text = useText();
  const { t, language } = text;
  if (found.length === 0) return null;
  return (
    <details class="card">
      <summary class="doubles-open">{t('doubles.parted', { n: found.length })}</summary>
      <ul class="unions" aria-label={t('doubles.two')}>
        {found.map(({ people: [first, second], at, by }) => (
          <li key={`${first.document} ${second.document}`} class="union">
            <span class="queue-words">
              <span class="strong">
                {nameOf(first, text)} · {nameOf(second, text)}
              </span>
              <span class="small soft">{t('doubles.parted.by', { who: by ?? t('desk.somebody'), when: moment(minuteOf(at), now, language) })}</span>
            </span>
            <Button icon={Undo2} onPress={() => onReopen([first.document, second.document])}>
              {t('doubles.again')}
              <span class="unseen">: {nameOf(first, text)}</span>
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface PairProps extends PageProps {
  pair: PairAnswer;
  onSettle: (people: [PersonAnswer, PersonAnswer], word: 'one' | 'two') => void;
}

function Pair({ api, live, frame, pair, onSettle }: PairProps) {
  const text = useText();
  const { t } = text;
  const [first, second] = pair.people;
  // Who may not read dossiers is told no name, and decides by what others say.
  const mayRead = pair.people.some(({ name }) => name !== '');
  const read = useAnswer(`pair ${idOf(pair)}`, live.version, () =>
    mayRead ? Promise.all(pair.people.map(({ document }) => api.dossier(document))) : Promise.resolve(null),
  );
  const items = read.value ? itemsOf(read.value, frame.now, text) : [];
  return (
    <>
      <div class="decide-head">
        <h2>{nameOf(first, text)}</h2>
        <Chip icon={Users} role="act">
          {t('decide.doubles')}
        </Chip>
      </div>
      {pair.marks.map((mark) => (
        <Note key={`${mark.by} ${mark.at}`} icon={Smartphone}>
          {marked(mark, frame.now, text)}
        </Note>
      ))}
      {pair.has_one_number ? (
        <Note icon={Info}>{t(pair.is_one_unit ? 'doubles.why' : 'doubles.why.units')}</Note>
      ) : (
        <Note icon={Info}>{t(pair.is_one_unit ? 'doubles.why.marked' : 'doubles.why.marked.units')}</Note>
      )}
      <ProblemNote problem={read.problem} />
      {mayRead && read.value === null && read.problem === null && <Loading />}
      {!mayRead && <Note icon={Info}>{t('doubles.hidden')}</Note>}
      <table class="pair">
        <thead>
          <tr>
            <th scope="col">{t('decide.col.item')}</th>
            {pair.people.map(({ document, unit_name }) => (
              <th key={document} scope="col">
                {unit_name} <span class="code small soft">{document.slice(0, 8)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map(({ key, name, said, differs }) => (
            <tr key={key} class={differs ? 'differs' : undefined}>
              <th scope="row">
                {name}
                {differs && (
                  <span class="small as-act pair-differs">
                    <EqualNot size={16} /> {t('doubles.differs')}
                  </span>
                )}
              </th>
              {said.map(({ words, wrote }, side) => (
                <td key={side}>
                  <span class="said-shown">{words}</span>
                  {wrote && <span class="small soft pair-wrote">{wrote}</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div class="decide-actions">
        {pair.is_one_unit ? (
          <Button look="primary" icon={Check} onPress={() => onSettle([first, second], 'one')}>
            {t('doubles.one')}
          </Button>
        ) : (
          [[first, second] as [PersonAnswer, PersonAnswer], [second, first] as [PersonAnswer, PersonAnswer]].map((order) => (
            <Button key={order[0].document} icon={Check} onPress={() => onSettle(order, 'one')}>
              {t('doubles.one.in', { unit: order[0].unit_name })}
            </Button>
          ))
        )}
        <Button look="danger" icon={Cross} onPress={() => onSettle([first, second], 'two')}>
          {t('doubles.two')}
        </Button>
      </div>
      {pair.is_one_unit && <p class="small soft">{t('doubles.undo')}</p>}
    </>
  );
}

function marked({ by, at }: WroteAnswer, now: number, { t, language }: Text): string {
  return t('doubles.marked.by', { who: by ?? t('desk.somebody'), when: moment(minuteOf(at), now, language) });
}

interface Item {
  key: string;
  name: string;
  said: { words: string; wrote: string | null }[];
  differs: boolean;
}

/** What either says, in one order; the items that differ are marked. */
function itemsOf(dossiers: DossierAnswer[], now: number, text: Text): Item[] {
  const { t, language } = text;
  const keys = [...new Set(dossiers.flatMap(({ fields }) => fields.map(({ key }) => key)))];
  const items = keys.map((key) => {
    const said = dossiers.map(({ fields }) => {
      const values = fields.find((field) => field.key === key)?.values ?? [];
      const wrote = values.at(-1)?.wrote;
      return {
        words: values.map(({ value }) => shown(key, value, text)).join(' / ') || t('desk.empty'),
        wrote: wrote ? t('desk.wrote', { who: wrote.by ?? t('desk.somebody'), when: moment(minuteOf(wrote.at), now, language) }) : null,
      };
    });
    return { key, name: fieldName(key, text), said, differs: new Set(said.map(({ words }) => words)).size > 1 };
  });
  const empty = t('desk.empty');
  const happened = dossiers.map(({ events }) => ({ words: t('doubles.events', { n: events.length }), wrote: null }));
  return [
    ...items.filter(({ said }) => said.some(({ words }) => words !== empty)),
    { key: '~', name: t('dossier.work'), said: happened, differs: false },
  ];
}

function idOf({ people }: PairAnswer): string {
  return people.map(({ document }) => document).join();
}

function nameOf({ name, document }: PersonAnswer, { t }: Text): string {
  return name || t('held.document', { id: document.slice(0, 8) });
}

/** A row for each of the two, with the same number of their pair. */
function table(pairs: PairAnswer[], text: Text): ExportTable {
  const { t } = text;
  const names = [t('doubles.pair'), t('desk.code'), t('dossiers.col.name'), t('dossiers.col.birth'), t('dossiers.col.number'), t('dossiers.col.hamlet')];
  const rows = pairs.flatMap(({ people }, n) => people.map((one) => [n + 1, one.document, one.name, one.birth_year, one.last3, one.unit_name]));
  return { title: t('decide.doubles'), columns: names.map((name) => ({ name })), rows };
}
