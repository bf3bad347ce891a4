/** Theme and text size of this phone: remembered here, applied to the root element. */

export const THEMES = ['light', 'sun', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Percent of the ordinary text size. */
export const TEXT_SIZES = [100, 115, 130, 150, 175, 200] as const;
export type TextSize = (typeof TEXT_SIZES)[number];

export interface Display {
  theme: Theme;
  textSize: TextSize;
}

const KEPT_AS = 'sampan-display';
const ORDINARY: Display = { theme: 'light', textSize: 100 };

/** The theme that the theme button shows next. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'light';
}

/** What was last chosen; the ordinary display if nothing was or it cannot be read. */
export function remembered(storage: Pick<Storage, 'getItem'>): Display {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEPT_AS) ?? 'null');
    return isDisplay(kept) ? kept : ORDINARY;
  } catch {
    return ORDINARY;
  }
}

/** Keeps the choice; a full phone forgets it at the next start and nothing else. */
export function remember(storage: Pick<Storage, 'setItem'>, display: Display): void {
  try {
    storage.setItem(KEPT_AS, JSON.stringify(display));
  } catch {
    // The display is a comfort: no work may wait for it.
  }
}

/** Shows it. */
export function apply(root: HTMLElement, display: Display): void {
  root.dataset['theme'] = display.theme;
  root.dataset['size'] = display.textSize > 130 ? 'large' : 'ordinary';
  root.style.setProperty('--scale', String(display.textSize / 100));
}

function isDisplay(kept: unknown): kept is Display {
  const { theme, textSize } = (kept ?? {}) as Partial<Display>;
  return THEMES.includes(theme as Theme) && TEXT_SIZES.includes(textSize as TextSize);
}
