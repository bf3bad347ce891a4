import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const THEMES = ['light', 'dark', 'sun'] as const;
type Theme = (typeof THEMES)[number];

/** What is read must stand out this much: WCAG 2 ratios. */
const TEXT_FLOOR: Record<Theme, number> = { light: 4.5, dark: 4.5, sun: 7 };
const SHAPE_FLOOR = 3;

const TEXTS: [string, string][] = [
  ['ink', 'surface'], ['ink', 'bg'], ['ink', 'sunk'], ['ink2', 'surface'], ['ink2', 'bg'], ['ink2', 'sunk'],
  ['onbar', 'bar'], ['onbar2', 'bar'], ['onpanel', 'panel'], ['onpanel2', 'panel'], ['onmark-now', 'mark-now'],
  ['onprimary', 'primary'], ['primary', 'surface'], ['primary', 'bg'], ['primary', 'sunk'], ['onpsoft', 'psoft'],
  ['ongood', 'good-ink'], ['onalert', 'alert'],
  ...['here', 'move', 'wait', 'good', 'act', 'bad'].flatMap((state): [string, string][] => [
    [state, `${state}-fill`], [`${state}-ink`, 'surface'], [`${state}-ink`, 'bg'],
  ]),
];
const SHAPES: [string, string][] = [
  ['edge', 'surface'], ['edge', 'bg'], ['focus', 'surface'], ['focus', 'bg'], ['mark-now', 'bar'],
  ['funnel-1', 'sunk'], ['funnel-2', 'sunk'], ['funnel-3', 'sunk'], ['good-ink', 'sunk'],
];

describe.each(THEMES)('%s', (theme) => {
  const tokens = tokensOf(theme);
  test.each(TEXTS)('%s on %s can be read', (text, ground) => {
    expect(contrast(hex(tokens, text), hex(tokens, ground))).toBeGreaterThanOrEqual(TEXT_FLOOR[theme]);
  });
  test.each(SHAPES)('%s on %s can be seen', (shape, ground) => {
    expect(contrast(hex(tokens, shape), hex(tokens, ground))).toBeGreaterThanOrEqual(SHAPE_FLOOR);
  });
});

test('all themes have the same colours', () => {
  const [light, ...others] = THEMES.map((theme) => [...tokensOf(theme).keys()].sort());
  for (const other of others) expect(other).toEqual(light);
});

test('lines of text are tall enough for stacked letters', () => {
  const [latin, khmer] = [type(/^:root \{([^}]*)\}/m), type(/:root:lang\(km\) \{([^}]*)\}/)];
  for (const [name, [size, line]] of latin) {
    expect(size, name).toBeGreaterThanOrEqual(name === 'tab' ? 12 : 13);
    expect(line / size, name).toBeGreaterThanOrEqual(name === 'headline' ? 1.2 : 1.28);
  }
  for (const [name, [size, line]] of khmer) expect(line / size, name).toBeGreaterThanOrEqual(1.7);
  expect([...khmer.keys()]).toEqual([...latin.keys()]);
});

function tokensOf(theme: Theme): Map<string, string> {
  const block = new RegExp(`\\[data-theme='${theme}'\\] \\{([^}]*--bg:[^}]*)\\}`).exec(css)?.[1] ?? '';
  return new Map([...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((m) => [m[1]!, m[2]!]));
}

function type(block: RegExp): Map<string, [number, number]> {
  const body = block.exec(css)?.[1] ?? '';
  const sizes = body.matchAll(/--t-([\w-]+): ([\d.]+)rem\/([\d.]+)rem;/g);
  return new Map([...sizes].map((m) => [m[1]!, [Number(m[2]) * 16, Number(m[3]) * 16]]));
}

function hex(tokens: Map<string, string>, name: string): string {
  const value = tokens.get(name);
  expect(value, `--${name}`).toMatch(/^#[0-9a-f]{6}$/);
  return value!;
}

function contrast(a: string, b: string): number {
  const [dark, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (bright + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
