/** The river-coloured bar on top of a screen, with its title, its line about sending, its wave. */
import './bar.css';
import type { ComponentChildren } from 'preact';
import type { Icon } from '../design/icons.tsx';
import { ArrowLeft, ChevronRight, Cross } from '../design/icons.tsx';
import { useText } from '../text/text.ts';
import { IconButton } from './button.tsx';
import { Title } from './title.tsx';

export interface BarProps {
  title: ComponentChildren;
  sub?: ComponentChildren;
  /** An arrow back, or a cross that leaves a form. */
  leave?: { by: 'arrow' | 'cross'; onLeave: () => void };
  /** At most two icon buttons. */
  actions?: ComponentChildren;
  /** Below the title, still on the bar. */
  children?: ComponentChildren;
  /** Forms have a plain edge. */
  plain?: boolean;
}

export function Bar({ title, sub, leave, actions, children, plain }: BarProps) {
  const { t } = useText();
  return (
    <header class="bar">
      <div class="bar-inner">
        <div class="bar-head">
          {leave && (
            <IconButton
              icon={leave.by === 'arrow' ? ArrowLeft : Cross}
              label={leave.by === 'arrow' ? t('app.back') : t('app.close')}
              onPress={leave.onLeave}
            />
          )}
          <div class="bar-titles">
            <Title>{title}</Title>
            {sub && <p class="small bar-sub">{sub}</p>}
          </div>
          {actions && <div class="bar-actions">{actions}</div>}
        </div>
        {children}
      </div>
      {plain ? null : <Wave />}
    </header>
  );
}

export interface SyncPanelProps {
  icon: Icon;
  first: string;
  second: string;
  isAlarm: boolean;
  onOpen: () => void;
}

/** Two lines about sending; the whole panel opens Send and receive. */
export function SyncPanel({ icon: Drawn, first, second, isAlarm, onOpen }: SyncPanelProps) {
  const { t } = useText();
  return (
    <button type="button" class={isAlarm ? 'sync-panel alarm' : 'sync-panel'} onClick={onOpen}>
      <Drawn size={22} />
      <span class="sync-panel-lines">
        <span class="sync-panel-first">{first}</span>
        <span class="sync-panel-second">{second}</span>
      </span>
      <ChevronRight size={20} />
      <span class="unseen">{t('sync.open')}</span>
    </button>
  );
}

/** A fact on the bar of a dossier. */
export function BarFact({ icon: Drawn, children }: { icon: Icon; children: ComponentChildren }) {
  return (
    <li class="bar-fact">
      <Drawn size={16} />
      <span>{children}</span>
    </li>
  );
}

export interface SwitchProps<Id extends string> {
  label: string;
  options: { id: Id; name: string }[];
  chosen: Id;
  onChoose: (id: Id) => void;
}

/** Two or three views of one thing, side by side. */
export function Switch<Id extends string>({ label, options, chosen, onChoose }: SwitchProps<Id>) {
  return (
    <div class="switch" role="group" aria-label={label}>
      {options.map(({ id, name }) => (
        <button key={id} type="button" aria-pressed={id === chosen} onClick={() => onChoose(id)}>
          {name}
        </button>
      ))}
    </div>
  );
}

function Wave() {
  return (
    <svg class="wave" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="wave" width="90" height="10" patternUnits="userSpaceOnUse">
          <path d="M0 0H90V2C74 2 61 9 45 9S16 2 0 2Z" />
        </pattern>
      </defs>
      <rect width="100%" height="10" fill="url(#wave)" />
    </svg>
  );
}
