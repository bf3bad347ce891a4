/** An answer of the server for a component, asked for anew when its keys change. */
import { useEffect, useState } from 'preact/hooks';
import { Refusal } from './api.ts';

export interface Answer<Value> {
  /** The last one for this subject; `null` before the first. */
  value: Value | null;
  problem: Refusal | null;
}

interface Kept<Value> extends Answer<Value> {
  subject: string;
}

/** `subject` says what is asked, `version` when it may have changed. */
export function useAnswer<Value>(subject: string, version: number, ask: () => Promise<Value>): Answer<Value> {
  const [kept, keep] = useState<Kept<Value>>({ subject, value: null, problem: null });
  useEffect(() => {
    let isWanted = true;
    const settle = (change: (last: Kept<Value>) => Kept<Value>) => isWanted && keep(change);
    ask().then(
      (value) => settle(() => ({ subject, value, problem: null })),
      (cause: unknown) => {
        const problem = cause instanceof Refusal ? cause : new Refusal('other');
        settle((last) => ({ subject, value: last.subject === subject ? last.value : null, problem }));
      },
    );
    return () => {
      isWanted = false;
    };
  }, [subject, version]);
  return kept.subject === subject ? kept : { value: null, problem: null };
}
