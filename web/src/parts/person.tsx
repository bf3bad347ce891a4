/** A person in a line: the name with its given name strong, the facts under it, the two tracks. */
import './person.css';
import type { Funnel, LocalMinute, ResidentLine, Sex, Track } from '../field/model.ts';
import { LEVELS } from '../field/model.ts';
import type { Text } from '../text/text.ts';
import { useText } from '../text/text.ts';
import { StateChip } from './chip.tsx';

export interface NameProps {
  name: string;
  /** Underlined: where the search matched. */
  match?: { from: number; to: number } | null;
}

/** Vietnamese names end in the given name, by which people are called. */
export function Name({ name, match }: NameProps) {
  const { t } = useText();
  if (name === '') return <span class="soft">{t('people.no-name')}</span>;
  const given = name.lastIndexOf(' ') + 1;
  const cuts = [0, given, match?.from ?? 0, match?.to ?? 0, name.length].sort((a, b) => a - b);
  const pieces = cuts.slice(1).map((to, i) => ({ from: cuts[i] ?? 0, to }));
  return (
    <span class="name">
      {pieces
        .filter(({ from, to }) => from < to)
        .map(({ from, to }) => {
          const isGiven = from >= given;
          const isMatch = match != null && from >= match.from && to <= match.to;
          const kind = [isGiven && 'strong', isMatch && 'match'].filter(Boolean).join(' ');
          return <span class={kind}>{name.slice(from, to)}</span>;
        })}
    </span>
  );
}

export interface Facts {
  birthYear: number | null;
  sex: Sex | null;
  last3: string | null;
}

/** `1958 · nữ · số ••• 127` */
export function factsLine({ birthYear, sex, last3 }: Facts, { t }: Text): string {
  const year = birthYear === null ? t('people.no-year') : String(birthYear);
  const number = last3 === null ? t('people.no-number') : t('people.number', { last3 });
  return [year, sex && t(`sex.${sex}`), number].filter(Boolean).join(' · ');
}

/** Where a funnel stands, in words. */
export function trackWords(funnel: Funnel, { furthest, side }: Track, { t }: Text): string {
  if (side) return t(`step.${side}`);
  const level = LEVELS[funnel][furthest - 1];
  return level ? t(`step.${level}`) : t(`funnel.none.${funnel}`);
}

/** Five cells; a diamond stands where a file was sent back. */
export function MiniTrack({ track }: { track: Track }) {
  const returnedAt = track.side?.endsWith('returned') ? Math.max(track.furthest, 1) : 0;
  return (
    <span class="mini-track" aria-hidden="true">
      {[1, 2, 3, 4, 5].map((level) => {
        const kind = level === returnedAt ? 'returned' : level <= track.furthest ? 'reached' : 'later';
        return <span key={level} class={`cell ${kind}`} />;
      })}
    </span>
  );
}

export interface ResidentRowProps {
  line: ResidentLine;
  now: LocalMinute;
  onOpen: () => void;
}

/** One person; the whole row opens the dossier. */
export function ResidentRow({ line, onOpen }: ResidentRowProps) {
  const text = useText();
  return (
    <button type="button" class="resident" onClick={onOpen}>
      <span class="resident-who">
        <Name name={line.name} match={line.match} />
        <span class="small soft">
          {factsLine(line, text)}
          <span class="unseen">. </span>
        </span>
      </span>
      <span class="resident-state">
        <TrackLine funnel="card" track={line.card} />
        <TrackLine funnel="eid" track={line.eid} />
        {line.state !== 'received' && <StateChip state={line.state} carrier={line.carrier} />}
      </span>
    </button>
  );
}

/** The cells for the eye, the words for readers. */
function TrackLine({ funnel, track }: { funnel: Funnel; track: Track }) {
  const text = useText();
  return (
    <span class="resident-track">
      <span>
        {text.t(`track.${funnel}`)}
        <span class="unseen">: {trackWords(funnel, track, text)}. </span>
      </span>
      <MiniTrack track={track} />
    </span>
  );
}
