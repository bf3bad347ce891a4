import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { en as enField } from './en.ts';
import { enConsole } from './en-console.ts';
import { km } from './km.ts';
import { MEANINGS } from './meanings.ts';
import { isKnownOutcome, outcomeText } from './outcomes.ts';
import type { Catalogue } from './text.ts';
import { capital, fetchDraft, fetchText, isKey, LANGUAGES, OFFERED, say, text } from './text.ts';
import { vi as viField } from './vi.ts';
import { viConsole } from './vi-console.ts';

const vi = { ...viField, ...viConsole };
const en = { ...enField, ...enConsole };

const CATALOGUES: [string, Partial<Catalogue>][] = [['vi', vi], ['en', en], ['km', km]];

beforeAll(async () => {
  say('vi', viConsole);
  say('en', enConsole);
  await fetchText('en');
});

describe('every code of the core has a sentence', () => {
  test('receipts: outcomes and reasons', () => {
    const reasons = codes('receipt/reason.rs', /^\s+\d+ \w+ "([a-z-]+)"/gm);
    const outcomes = codes('receipt.rs', /Self::\w+(?: \{ \.\. \})? => "([a-z-]+)"/g);
    expect(reasons.length).toBeGreaterThanOrEqual(33);
    expect(outcomes).toContain('ask-full');
    expect([...reasons, ...outcomes, 'too-new', 'newer'].filter((code) => !isKnownOutcome(code))).toEqual([]);
  });

  test.each(['vi', 'en'] as const)('each with one sentence, an icon and a next step: %s', (language) => {
    const reasons = codes('receipt/reason.rs', /^\s+\d+ \w+ "([a-z-]+)"/gm);
    const outcomes = codes('receipt.rs', /Self::\w+(?: \{ \.\. \})? => "([a-z-]+)"/g);
    const { t } = text(language);
    for (const code of [...reasons, ...outcomes, 'too-new', 'newer']) {
      const { icon, word, sentence, next } = outcomeText(code);
      expect(icon, code).toBeTypeOf('function');
      for (const said of [t(sentence), t(next)]) expect(said, `${language} ${code}`).toMatch(/^[^.]+\.$/);
      expect(t(word), code).not.toBe('');
      if (language !== 'vi') for (const key of [word, sentence, next]) expect(t(key), key).not.toBe(vi[key]);
    }
  });

  test.each(['vi', 'en'] as const)('every state of a record has a meaning and a next step: %s', (language) => {
    const { t } = text(language);
    for (const { line, next } of Object.values(MEANINGS)) expect(`${t(line)} ${t(next)}`).toMatch(/^[^.]+\.( [^.]+\.){1,2}$/);
  });

  test('fields: errors and warnings', () => {
    const files = ['card_text', 'date', 'name', 'number', 'phone'];
    const all = files.flatMap((file) => codes(`field/${file}.rs`, /Self::\w+[^=\n]*=> "([a-z-]+)"/g));
    expect(all.length).toBeGreaterThanOrEqual(20);
    expect([...all, 'text-too-long'].filter((code) => !isKey(`check.${code}`))).toEqual([]);
  });

  // A closed list's name in the core, and the key its words begin with here.
  const LISTS: [string, string, string][] = [
    ['reason.rs', 'Reason', 'reason'],
    ['event/step.rs', 'Step', 'step'],
    ['event.rs', 'Source', 'source'],
    ['event.rs', 'VisitResult', 'visit'],
    ['event.rs', 'VoidReason', 'void'],
    ['event.rs', 'ConsentHow', 'consent'],
    ['catalogue.rs', 'Residence', 'residence'],
    ['catalogue.rs', 'PhoneOwner', 'phone-owner'],
    ['catalogue.rs', 'SessionKind', 'session-kind'],
    ['catalogue.rs', 'Language', 'language'],
    ['catalogue.rs', 'PlaceKind', 'place-kind'],
    ['catalogue.rs', 'AreaType', 'area-type'],
    ['catalogue.rs', 'TargetKind', 'target-kind'],
    ['catalogue.rs', 'NoticeKind', 'notice-kind'],
    ['permission.rs', 'Role', 'role'],
  ];
  test.each(LISTS)('%s: %s', (file, list, prefix) => {
    const body = new RegExp(`coded! \\{\\s*(?:///[^\\n]*\\n\\s*)*${list} \\{([\\s\\S]*?)\\n    \\}`).exec(core(file))?.[1] ?? '';
    const names = [...body.matchAll(/\w+ = \d+, "([\w-]+)";/g)].map((m) => m[1]!);
    expect(names.length).toBeGreaterThan(2);
    expect(names.filter((name) => !isKey(`${prefix}.${name}`))).toEqual([]);
  });
});

describe.each(CATALOGUES)('%s', (_, sentences) => {
  test('says nothing it must not say', () => {
    const said = Object.entries(sentences).filter(([, sentence]) =>
      /đồng bộ|người dùng|\bsync|upload|latest|newer\b|success|failed|error|payload|token|[!！]/i.test(sentence),
    );
    expect(said).toEqual([]);
  });

  test('fills the same places as Vietnamese', () => {
    const names = (sentence: string) => [...new Set([...sentence.matchAll(/\{([\w-]+)/g)].map((m) => m[1]))].sort();
    for (const [key, sentence] of Object.entries(sentences)) {
      expect(names(sentence), key).toEqual(names(vi[key as keyof typeof vi]));
    }
  });

  test('is written in composed letters without stray spaces', () => {
    for (const [key, sentence] of Object.entries(sentences)) {
      expect(sentence, key).toBe(sentence.normalize('NFC').trim());
      expect(sentence, key).not.toMatch(/ {2}|\.\.\./);
    }
  });
});

test('values are filled in and numbers grouped', () => {
  expect(text('vi').t('sync.no-signal', { n: 1428 })).toBe('Không có sóng · 1.428 phiếu trên máy này');
  expect(text('en').t('sync.no-signal', { n: 1 })).toBe('No signal · 1 record on this phone');
  expect(text('en').t('sync.no-signal', { n: 2 })).toBe('No signal · 2 records on this phone');
});

test('an unapproved language is not offered and reads as Vietnamese', async () => {
  expect(OFFERED).toEqual(['vi', 'en']);
  expect((await fetchText('km')).t('tab.today')).toBe('Hôm nay');
  expect((await fetchDraft('km')).t('tab.today')).toBe(km['tab.today']);
});

test('each language is offered by its own name', () => {
  expect(Object.values(LANGUAGES).map(({ name }) => name)).toEqual(['Tiếng Việt', 'English', 'ខ្មែរ']);
});

test('a code of a newer server still has a next step', () => {
  expect(outcomeText('made-up').next).toBe('next.update');
  expect(outcomeText('constructor').next).toBe('next.update');
});

test('names begin lines with a capital', () => {
  expect(capital('chị Thắm')).toBe('Chị Thắm');
  expect(capital('ông Út')).toBe('Ông Út');
});

test('what the field app may say is in the file that phones fetch first', () => {
  const files = ['field', 'parts', 'text'].flatMap((folder) => {
    const names = readdirSync(new URL(`../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => /\.tsx?$/.test(name)).map((name) => `${folder}/${name}`);
  });
  const speaking = files.filter((name) => !/\.test\.|-console\.|text\/(vi|en|km)\./.test(name));
  const sources = speaking.map((name) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')).join('\n');
  const begins = [...sources.matchAll(/`([a-z][a-z0-9.-]*[.-])\$\{/g)].map((m) => m[1]!);
  expect(begins).toContain('reason.');
  const missing = Object.keys(viConsole).filter((key) => sources.includes(`'${key}'`) || begins.some((begin) => key.startsWith(begin)));
  expect(missing).toEqual([]);
});

function core(file: string): string {
  return readFileSync(new URL(`../../../shared/src/${file}`, import.meta.url), 'utf8');
}

function codes(file: string, pattern: RegExp): string[] {
  const product = core(file).split('#[cfg(test)]')[0]!;
  return [...product.matchAll(pattern)].map((m) => m[1]!);
}
