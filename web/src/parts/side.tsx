/** What stands around a page of the console: pages at the side, the unit in view on top. */
import './side.css';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Frame, Page, UnitPath } from '../console/model.ts';
import type { Icon } from '../design/icons.tsx';
import {
  ChevronRight, Cross, ContactRound, FileChartColumn, FileSpreadsheet, Flag, Gauge, History, Inbox, LogOut, Menu, Radio, Smartphone, UserX, WifiOff,
} from '../design/icons.tsx';
import { Mark } from '../design/mark.tsx';
import { clock } from '../text/format.ts';
import { useText } from '../text/text.ts';
import { IconButton } from './button.tsx';
import { Title } from './title.tsx';

const ICONS: Record<Page, Icon> = {
  progress: Gauge,
  dossiers: ContactRound,
  decide: Inbox,
  campaigns: Flag,
  import: FileSpreadsheet,
  reports: FileChartColumn,
  devices: Smartphone,
  rights: UserX,
  audit: History,
};

export interface PageProps {
  frame: Frame;
  title: string;
  path?: UnitPath[];
  /** At the right of the title. */
  actions?: ComponentChildren;
  onPage: (page: Page) => void;
  onUnit?: ((unit: string) => void) | undefined;
  onSignOut?: (() => void) | undefined;
  children: ComponentChildren;
}

export function ConsolePage({ frame, title, path, actions, onPage, onUnit, onSignOut, children }: PageProps) {
  const { t } = useText();
  const [isOpen, open] = useState(false);
  return (
    <div class="console">
      <a class="skip" href="#main">
        {t('app.skip')}
      </a>
      <header class={isOpen ? 'side open' : 'side'}>
        <div class="side-head">
          <Mark width={34} />
          <span class="side-name">{t('app.name')}</span>
          <span class="side-menu">
            <IconButton icon={isOpen ? Cross : Menu} label={t('console.nav')} expanded={isOpen} onPress={() => open(!isOpen)} />
          </span>
        </div>
        <nav class="side-nav" aria-label={t('console.nav')}>
          {frame.pages.map((page) => (
            <SideItem key={page} page={page} frame={frame} onPage={onPage} />
          ))}
        </nav>
        {onSignOut && (
          <button type="button" class="side-item side-out" onClick={onSignOut}>
            <LogOut size={22} />
            <span class="side-word">{t('console.sign-out')}</span>
          </button>
        )}
        <SideFoot frame={frame} />
      </header>
      <div class="console-body">
        <main id="main" tabIndex={-1} class="console-main">
          {frame.lostAt !== null && <p class="console-lost">{t('console.lost', { time: clock(frame.lostAt) })}</p>}
          <div class="console-head">
            <div class="console-titles">
              {path && <Breadcrumb path={path} onUnit={onUnit} />}
              <Title>{title}</Title>
            </div>
            {actions && <div class="console-actions">{actions}</div>}
          </div>
          {children}
        </main>
      </div>
    </div>
  );
}

function SideItem({ page, frame, onPage }: { page: Page; frame: Frame; onPage: (page: Page) => void }) {
  const { t } = useText();
  const Drawn = ICONS[page];
  const waiting = page === 'decide' ? frame.waiting : 0;
  return (
    <button
      type="button"
      class="side-item"
      aria-current={page === frame.page ? 'page' : undefined}
      onClick={() => onPage(page)}
    >
      <Drawn size={22} />
      <span class="side-word">{t(`console.${page}`)}</span>
      {waiting > 0 && (
        <span class="side-badge">
          <span aria-hidden="true">{waiting}</span>
          <span class="unseen">{t('console.waiting', { n: waiting })}</span>
        </span>
      )}
    </button>
  );
}

function SideFoot({ frame }: { frame: Frame }) {
  const { t } = useText();
  const isLost = frame.lostAt !== null;
  const Drawn = isLost ? WifiOff : Radio;
  return (
    <div class="side-foot">
      <p class="strong">{frame.who}</p>
      <p class="side-soft">
        {frame.role} · {frame.unit}
      </p>
      <p class="side-soft side-live">
        <Drawn size={16} />
        <span>{t('console.live', { time: clock(frame.lostAt ?? frame.now) })}</span>
      </p>
    </div>
  );
}

function Breadcrumb({ path, onUnit }: { path: UnitPath[]; onUnit: ((unit: string) => void) | undefined }) {
  const { t } = useText();
  return (
    <nav aria-label={t('console.path')}>
      <ol class="breadcrumb small">
        {path.map(({ id, name }, index) => (
          <li key={id}>
            {index > 0 && <ChevronRight size={14} />}
            <button type="button" aria-current={index === path.length - 1 ? 'location' : undefined} onClick={() => onUnit?.(id)}>
              {name}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
