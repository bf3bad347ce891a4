/** Whether somebody practises, and how that begins and ends. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

export interface Practice {
  isOn: boolean;
  begin: () => void;
  end: () => void;
}

export const PracticeContext = createContext<Practice>({ isOn: false, begin: () => undefined, end: () => undefined });

export function usePractice(): Practice {
  return useContext(PracticeContext);
}
