/** A view of the brain, and the brain itself, for components. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Answers, Ask, Brain } from './brain.ts';

export const BrainContext = createContext<Brain | null>(null);

export function useBrain(): Brain {
  const brain = useContext(BrainContext);
  if (!brain) throw new Error('a screen stands outside of its brain');
  return brain;
}

/** The newest answer; `null` until the first one, and never an answer to another question of another kind. */
export function useView<V extends keyof Answers>(ask: Extract<Ask, { view: V }>): Answers[V] | null {
  const brain = useBrain();
  const [answer, show] = useState<Answers[V] | null>(null);
  useEffect(() => brain.subscribe<V>(ask, show), [brain, JSON.stringify(ask)]);
  return answer;
}
