/** One dossier with the sheets that open over it. */
import { useState } from 'preact/hooks';
import { Chooser } from '../parts/conflict.tsx';
import type { PlaceProps } from './app.tsx';
import type { Conflict, DossierView, Funnel, LevelName, LocalMinute, PackedDate, SideName, VisitName } from './model.ts';
import { LEVELS } from './model.ts';
import { CONSENT_TEXT_VERSION, ConsentSheet } from './screens/consent.tsx';
import { Dossier } from './screens/dossier.tsx';
import { ReasonSheet } from './screens/reason.tsx';
import type { StageDay } from './screens/stage.tsx';
import { StageSheet, StepsSheet } from './screens/stage.tsx';
import { VisitSheet } from './screens/visit.tsx';
import { newDraftId } from './session-place.tsx';
import { useBrain, useView } from './use-view.ts';

type Over =
  | { is: 'visit' }
  | { is: 'consent' }
  | { is: 'conflict'; conflict: Conflict }
  | { is: 'reason'; funnel: Funnel }
  | { is: 'steps'; funnel: Funnel }
  | { is: 'step'; funnel: Funnel; step: LevelName | SideName };

export function DossierPlace({ way, save, document }: PlaceProps & { document: string }) {
  const brain = useBrain();
  const view = useView({ view: 'dossier', document });
  const [over, put] = useState<Over | null>(null);
  const [number, show] = useState<string | null>(null);
  if (view === null) return null;
  const close = () => put(null);
  return (
    <>
      <Dossier
        view={view} onBack={way.back} onCall={() => location.assign(`tel:${view.phone ?? ''}`)}
        onConflict={(conflict) => put({ is: 'conflict', conflict })} onSteps={(funnel) => put({ is: 'steps', funnel })}
        onReason={(funnel) => put({ is: 'reason', funnel })} onVisit={() => put({ is: 'visit' })} onGuide={() => way.go({ at: 'session', draft: newDraftId(), document })}
        onHistory={() => way.go({ at: 'history', document })} onFacts={() => way.go({ at: 'facts', document })}
        onHome={() => way.go({ at: 'home', document })} onConsent={() => put({ is: 'consent' })}
        onSame={() => (view.sameAs === null ? way.go({ at: 'same', document }) : save({ kind: 'same', document, other: null }))}
        number={number} onNumber={() => void brain.wholeNumber(document).then(show)}
        onTask={(task) => way.replace({ at: 'dossier', document: task.document })}
      />
      {over && <Sheets over={over} view={view} put={put} close={close} save={(entered) => save(entered, close)} onFacts={() => way.go({ at: 'facts', document })} />}
    </>
  );
}

interface SheetsProps {
  over: Over;
  view: DossierView;
  put: (over: Over) => void;
  close: () => void;
  save: PlaceProps['save'];
  /** To write another value than those in conflict. */
  onFacts: () => void;
}

/** What the form of facts can write. */
function isWritable({ field }: Conflict): boolean {
  return ['phone', 'name', 'birth', 'sex', 'residence', 'address', 'note', 'phone-owner'].includes(field);
}

function Sheets(props: SheetsProps) {
  const { over, view, put, close, save } = props;
  const { document, now } = view;
  switch (over.is) {
    case 'visit':
      return (
        <VisitPlace
          now={now} onClose={close}
          onSave={(result, note, again) => save({ kind: 'visit', document, result, note, again: again === null ? null : packed(again, now) })}
        />
      );
    case 'consent':
      return (
        <ConsentSheet
          view={view} onClose={close}
          onSave={(how, language, withdrawn) =>
            save({ kind: 'consent', document, version: CONSENT_TEXT_VERSION, language, how, withdrawn })
          }
        />
      );
    case 'conflict':
      return (
        <Chooser
          conflict={over.conflict} now={now} onLater={close} {...(isWritable(over.conflict) && { onOther: props.onFacts })}
          onChoose={(value) => save({ kind: 'choose', document, field: over.conflict.field, value })}
        />
      );
    case 'reason': {
      const { funnel } = over;
      const chosen = view.reasons.find((one) => one.funnel === funnel)?.reason ?? null;
      return (
        <ReasonSheet
          funnel={funnel} chosen={chosen} onClose={close}
          onSave={(reason, note) => save({ kind: 'reason', document, funnel, reason, note })}
        />
      );
    }
    case 'steps':
      return <StepsSheet view={view[over.funnel]} now={now} onRecord={(step) => put({ is: 'step', funnel: over.funnel, step })} onClose={close} />;
    case 'step':
      return (
        <StageSheet
          step={over.step} gap={gapBelow(view, over.funnel, over.step)} onClose={close}
          onSave={(on, source) => save({ kind: 'step', document, step: over.step, on: packedDay(on, now), source })}
        />
      );
  }
}

/** The sheet after knocking, which offers what the team noted of the water for the day that is agreed on. */
function VisitPlace({ now, ...props }: { now: LocalMinute; onClose: () => void; onSave: (result: VisitName, note: string, again: string | null) => void }) {
  const [typed, turnTo] = useState('');
  const tides = useView({ view: 'tides', day: dayNumber(packed(typed, now)) });
  return <VisitSheet {...props} tides={typed === '' ? [] : (tides?.notes ?? [])} onDay={turnTo} />;
}

/** Days since 1970 of a packed day. */
function dayNumber(day: PackedDate): number {
  return Date.UTC(Math.floor(day / 10_000), (Math.floor(day / 100) % 100) - 1, day % 100) / 86_400_000;
}

/** A step below that nobody recorded. */
function gapBelow(view: DossierView, funnel: Funnel, step: LevelName | SideName): LevelName | null {
  const levels: readonly (LevelName | SideName)[] = LEVELS[funnel];
  const at = levels.indexOf(step) - 1;
  return at > 0 && view[funnel].reached[at] === null ? LEVELS[funnel][at]! : null;
}

function packedDay(on: StageDay, now: LocalMinute): PackedDate {
  switch (on.is) {
    case 'today': return dayOf(now);
    case 'yesterday': return dayOf(now - 24 * 60);
    case 'day':
    case 'year': return packed(on.typed, now);
  }
}

export function dayOf(at: LocalMinute): PackedDate {
  const date = new Date(at * 60_000);
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** `19/11`, `19/11/2026` or a year; the core refuses what is no date. */
export function packed(typed: string, now: LocalMinute): PackedDate {
  const parts = (typed.match(/\d+/g) ?? []).map(Number);
  if (parts.length === 1) return parts[0]! * 10_000;
  const year = parts[2] ?? Math.floor(dayOf(now) / 10_000);
  return year * 10_000 + (parts[1] ?? 0) * 100 + (parts[0] ?? 0);
}
