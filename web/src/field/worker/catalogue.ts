/** What sessions are written down with: the services of today, and the hamlet's places. */
import { servicesGuided, servicesOn } from 'sampan-app/client_app.js';
import type { CatalogueView, NoticeKindName, NoticesView, PlaceKindName, PlaceLine, ServiceLine, ServiceName } from '../model.ts';
import { localMinute, stateOf, textOf, uintOf } from './views.ts';
import type { Open } from './answers.ts';
import type { Called } from './called.ts';
import { hex } from './called.ts';
import { keyName } from './said.ts';

const READ_MAX = 200;

/** Numbers of services do not change, so they are asked for once. */
let known: ReturnType<typeof servicesOn> | null = null;

function services(): ReturnType<typeof servicesOn> {
  known ??= servicesOn(Date.now() / 1000);
  return known;
}

/** 0 for what is none in particular. */
export function serviceNumber(name: ServiceName): number {
  return services().find(([, one]) => one === name)?.[0] ?? 0;
}

export function serviceName(number: number | undefined): ServiceName {
  return (services().find(([one]) => one === number)?.[1] ?? 'other') as ServiceName;
}

/** The numbers of the services that a session names. */
export function servicesIn(bytes: Uint8Array): number[] {
  return servicesGuided(new Uint8Array(bytes)).map(({ service }) => service);
}

export function catalogueView(open: Open): CatalogueView {
  const offered = services().map(([, name, code, lead]): ServiceLine => ({ name: name as ServiceName, code, lead }));
  return { services: [...offered, { name: 'other', code: '', lead: 'team' }], places: places(open) };
}

function places({ core, names }: Open): PlaceLine[] {
  const { lines } = core.list({ text: '', kind: 'Place', unit: null, lines_max: READ_MAX });
  return lines.map(({ document, name }) => {
    const view = core.document(hex(document));
    const code = view?.fields.find(({ key }) => keyName(key, names) === 'pk')?.values.at(-1)?.value;
    return { document: hex(document), name, kind: (names.of('place-kind', uintOf(code) ?? -1) ?? 'other') as PlaceKindName };
  });
}

/** Newest last in storage's order of ids is no order at all: what was written here comes first. */
export function noticesView({ core, names, now }: Open, called: Called): NoticesView {
  const { lines } = core.list({ text: '', kind: 'Notice', unit: null, lines_max: READ_MAX });
  const notices = lines.flatMap(({ document }) => {
    const view = core.document(hex(document));
    if (view === null) return [];
    const field = (key: string) => view.fields.find((one) => keyName(one.key, names) === key)?.values.at(-1);
    const text = textOf(field('text')?.value);
    if (text === null) return [];
    const kind = (names.of('notice-kind', uintOf(field('nk')?.value) ?? -1) ?? 'message') as NoticeKindName;
    return [{ document: hex(document), kind, text, by: called.person(field('text')?.device ?? null), state: stateOf(view.state) }];
  });
  return { now: localMinute(now), notices: notices.sort((a, b) => Number(a.state === 'received') - Number(b.state === 'received')) };
}
