/** The bottom bar of five places, always with words. */
import './tabs.css';
import type { Icon } from '../design/icons.tsx';
import { ArrowUpDown, CalendarCheck2, MessagesSquare, Target, Users } from '../design/icons.tsx';
import type { Badges, Tab } from '../field/model.ts';
import { useText } from '../text/text.ts';

export interface TabsProps {
  here: Tab;
  badges: Badges;
  onOpen: (tab: Tab) => void;
}

const TABS: { tab: Tab; icon: Icon }[] = [
  { tab: 'today', icon: CalendarCheck2 },
  { tab: 'people', icon: Users },
  { tab: 'guidance', icon: MessagesSquare },
  { tab: 'results', icon: Target },
  { tab: 'sync', icon: ArrowUpDown },
];

export function Tabs({ here, badges, onOpen }: TabsProps) {
  const { t } = useText();
  const badge = (tab: Tab) => {
    if (tab === 'today' && badges.tasks > 0) return { n: badges.tasks, words: t('tab.tasks', { n: badges.tasks }) };
    if (tab === 'sync' && badges.refused > 0) {
      return { n: badges.refused, words: t('tab.refused', { n: badges.refused }) };
    }
    return null;
  };
  return (
    <nav class="tabs" aria-label={t('app.sections')}>
      {TABS.map(({ tab, icon: Drawn }) => {
        const mark = badge(tab);
        return (
          <button
            key={tab}
            type="button"
            class="tab"
            aria-current={tab === here ? 'page' : undefined}
            onClick={() => onOpen(tab)}
          >
            <span class="tab-icon">
              <Drawn size={22} stroke={tab === here ? 2.4 : 2} />
              {mark && (
                <span class="tab-badge" aria-hidden="true">
                  {mark.n > 99 ? '99+' : mark.n}
                </span>
              )}
            </span>
            <span class="tab-word">{t(`tab.${tab}`)}</span>
            {mark && <span class="unseen">, {mark.words}</span>}
          </button>
        );
      })}
    </nav>
  );
}
