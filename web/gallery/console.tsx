/** Console screens of an invented province. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { DecideView, DevicesView, DossierLine, DossierPageView, DossiersView, Frame, ProgressView, UnitLine } from '../src/console/model.ts';
import { Decide } from '../src/console/screens/decide.tsx';
import { Devices } from '../src/console/screens/devices.tsx';
import { Dossier } from '../src/console/screens/dossier.tsx';
import { Dossiers } from '../src/console/screens/dossiers.tsx';
import { Progress } from '../src/console/screens/progress.tsx';
import { SignIn } from '../src/console/screens/sign-in.tsx';
import { ConsolePage } from '../src/parts/side.tsx';
import { at, lines } from './people.ts';

const nothing = () => undefined;
const NOW = at('11-19', '17:52');
const DAY = 1440;

const frame: Frame = {
  now: NOW,
  page: 'progress',
  pages: ['progress', 'dossiers', 'decide', 'campaigns', 'import', 'reports', 'devices'],
  who: 'Cô Mai Thị Út',
  role: 'Điều phối',
  unit: 'Tỉnh Phù Sa',
  waiting: 12,
  lostAt: null,
};

const unit = (rank: number | null, name: string, done: number, target: number | null, rest: Pick<UnitLine, 'pace' | 'reason' | 'fresh'>): UnitLine => ({
  id: name, rank, name, done, target, ...rest,
});
const heard = (minutes: number, silentPhones = 0) => ({ heard: NOW - minutes, silentPhones });

const units: UnitLine[] = [
  unit(109, 'Xã Vàm Sậy', 3_112, 5_840, { pace: { is: 'late', days: 12 }, reason: 'e3-sim-of-another', fresh: heard(9 * DAY, 2) }),
  unit(108, 'Xã Kinh Dừa', 4_020, 6_115, { pace: { is: 'late', days: 7 }, reason: 'a1-works-away', fresh: heard(2 * DAY) }),
  unit(107, 'Xã Bàu Sen', 5_377, 6_902, { pace: { is: 'late', days: 3 }, reason: 'e2-weak-phone', fresh: heard(40) }),
  unit(61, 'Phường Cửa Rạch', 9_811, 10_240, { pace: { is: 'early', days: 5 }, reason: 'e8-needs-family-help', fresh: heard(8) }),
  unit(19, 'Xã Rạch Tràm', 6_004, 6_004, { pace: { is: 'reached', on: at('11-14') }, reason: null, fresh: heard(12) }),
  unit(3, 'Xã Tân Phù Sa', 7_260, 6_900, { pace: { is: 'reached', on: at('11-08') }, reason: null, fresh: heard(DAY) }),
  unit(null, 'Xã Cồn Mắm', 412, null, { pace: { is: 'unknown' }, reason: null, fresh: heard(25) }),
];

const REACHED = [355, 362, 370, 377, 384, 392, 402, 413, 424, 435, 443, 450, 461, 472, 484, 495, 506, 517, 528, 540, 553, 567, 579, 590, 603, 616, 628, 639];

const progress: ProgressView = {
  frame,
  path: [
    { id: 'all', name: 'Cả tỉnh' },
    { id: 'communes', name: '109 xã, phường' },
  ],
  unit: 'Tỉnh Phù Sa',
  campaign: '90 ngày đêm',
  asOf: NOW,
  isPast: false,
  silence: { phones: 14, units: 9, recordsAtLeast: 212 },
  sourceDay: at('11-19'),
  done: 639_870,
  target: 654_392,
  funnel: [
    { step: 'eid-collected', count: 1_000_777, isGoal: false, lost: null },
    { step: 'eid-accepted', count: 930_102, isGoal: false, lost: '70.675 chưa được duyệt' },
    { step: 'eid-activated', count: 639_870, isGoal: true, lost: '290.232 đã duyệt mà chưa kích hoạt' },
  ],
  chart: {
    points: REACHED.map((thousand, n) => ({ day: at('10-23') + n * DAY, done: thousand * 1_000 + (n === 27 ? 870 : 0) })),
    target: 654_392,
    start: at('10-23'),
    end: at('11-30'),
    growsFrom: at('11-17'),
    forecast: at('11-21'),
    metOn: null,
  },
  perDayNeeded: 1_321,
  perDayPast: 10_553,
  unitsMet: { met: 19, all: 108 },
  pastDays: 27,
  units,
  unitsAll: 109,
};

const decide: DecideView = {
  frame: { ...frame, page: 'decide', unit: 'Xã Vàm Sậy' },
  kind: 'held',
  counts: { held: 5, conflicts: 3, doubles: 2, undelivered: 2, unclassified: 0 },
  lines: [
    { id: 'q1', code: 'unit-changed', name: 'Huỳnh Văn Lượm', since: NOW - 3 * DAY, decided: null },
    { id: 'q2', code: 'unit-changed', name: 'Danh Thị Thắm', since: NOW - 3 * DAY, decided: null },
    { id: 'q3', code: 'role-changed', name: 'Lê Hoàng Khoa', since: NOW - 2 * DAY, decided: { by: 'Cô Lan', at: at('11-19', '17:40') } },
    { id: 'q4', code: 'after-revocation', name: 'Võ Thị Bích Diễm', since: NOW - DAY, decided: null },
    { id: 'q5', code: 'unconfirmed', name: 'Tô Minh Đức', since: NOW - 300, decided: null },
  ],
  selected: {
    id: 'q1',
    name: 'Huỳnh Văn Lượm',
    birthYear: 1966,
    sex: 'male',
    last3: '093',
    place: 'Ấp Kinh Mới, xã Vàm Sậy',
    why: 'anh Khoa thôi phụ trách Ấp Kinh Mới từ 15/11. Phiếu ghi ngày 13/11, khi anh còn phụ trách, nhưng 16/11 mới về tới máy chủ.',
    items: [
      { item: 'Định danh mức 2', now: 'Đã báo kết quả · 10/11', record: 'Đã kích hoạt · 13/11' },
      { item: 'Lý do chưa kích hoạt', now: 'SIM không chính chủ', record: '(bỏ lý do)' },
      { item: 'Đến nhà', now: null, record: 'Gặp được · 13/11, 14:20' },
    ],
    author: 'Nguyễn Minh Khoa',
    team: 'Tổ công nghệ số ấp Rạch Tràm',
    carrier: 'Chị Thắm',
    arrived: at('11-16', '08:05'),
    effect: 'Ấp Kinh Mới thêm 1 người kích hoạt, tính vào ngày 13/11',
  },
};

const dossiers: DossiersView = {
  frame: { ...frame, page: 'dossiers', unit: 'Xã Vàm Sậy' },
  path: [
    { id: 'all', name: 'Cả tỉnh' },
    { id: 'c', name: 'Xã Vàm Sậy' },
  ],
  unit: 'Xã Vàm Sậy',
  query: 'dep',
  lines: lines.map((line, n): DossierLine => ({
    ...line,
    hamlet: n % 2 ? 'Ấp Kinh Mới' : 'Ấp Rạch Tràm',
    reason: n === 0 ? 'e3-sim-of-another' : null,
    state: line.state === 'here' ? 'held' : line.state,
  })),
  fitting: lines.length,
  all: 5_840,
  sort: { column: 'name', descending: false },
};

const said = (op: string, shown: string, by: string, at: number) => ({ op, shown, typed: shown, by, at });
const field = (key: string, name: string, values: DossierPageView['fields'][number]['values'], rest: Partial<DossierPageView['fields'][number]> = {}) => ({
  key, name, values, isConflicted: values.length > 1, mayWrite: true, isDigits: false, isLong: false, choices: null, ...rest,
});
const step = (funnel: 'card' | 'eid', furthest: number): DossierPageView['card'] => ({
  funnel, furthest, side: null, isConflicted: false, state: 'received', nextBy: null, mayRecord: [],
  reached: Array.from({ length: furthest }, () => ({ at: at('11-12'), by: 'Danh Thị Thắm', state: 'received' as const })),
});

const dossier: DossierPageView = {
  now: NOW,
  name: 'Lâm Thị Đẹp',
  birthYear: 1958,
  sex: 'female',
  last3: '127',
  hamlet: 'Ấp Rạch Tràm',
  fields: [
    field('name', 'Họ tên', [said('1', 'Lâm Thị Đẹp', 'Danh Thị Thắm', at('11-02'))]),
    field('phone', 'Số điện thoại', [
      said('1', '0957 214 402', 'Nguyễn Minh Khoa', at('11-18', '7:52')), said('2', '0957 214 420', 'Danh Thị Thắm', at('11-19', '8:15')),
    ], { isDigits: true }),
    field('addr', 'Địa chỉ', []),
    field('last3', '3 số cuối', [said('1', '127', 'Danh Thị Thắm', at('11-02'))], { mayWrite: false }),
    field('note', 'Ghi chú', [said('1', 'SIM đứng tên con trai, mai ra sang tên.', 'Danh Thị Thắm', at('11-14'))], { isLong: true }),
  ],
  card: step('card', 5),
  eid: step('eid', 4),
  events: [
    { id: 'e1', kind: 'met', words: 'Đến nhà · gặp được', note: '', at: at('11-19', '9:41'), by: 'Nguyễn Minh Khoa', mayVoid: true },
    { id: 'e2', kind: 'eid', words: 'Đã báo kết quả', note: '', at: at('11-14'), by: 'Danh Thị Thắm', mayVoid: true },
  ],
  voided: [{ id: 'e3', kind: 'visit', words: 'Đến nhà · không gặp', note: '', at: at('11-02'), by: 'Danh Thị Thắm', mayVoid: false }],
  changes: 6,
};
const dossierOn = { onBack: nothing, onBusy: nothing, onWrite: () => Promise.resolve(null), onChoose: nothing, onVoid: nothing };

const devices: DevicesView = {
  frame: { ...frame, page: 'devices', unit: 'Xã Vàm Sậy' },
  invite: { id: 'i1', who: 'anh Khoa', link: 'https://sampan.example/#2hV9kQ7mXw4TtB8nRz6LpA', checkCode: '482715', expires: NOW + 120 },
  devices: [
    { id: '1', who: 'Nguyễn Minh Khoa', role: 'Tổ công nghệ số', team: 'Ấp Rạch Tràm', heard: null, oldestUnsent: null, state: 'unconfirmed' },
    { id: '2', who: 'Danh Thị Thắm', role: 'Tổ trưởng', team: 'Ấp Rạch Tràm', heard: NOW - 12, oldestUnsent: null, state: 'active' },
    { id: '3', who: 'Trần Hữu Phát', role: 'Tổ công nghệ số', team: 'Ấp Kinh Mới', heard: NOW - 3 * DAY, oldestUnsent: NOW - 4 * DAY, state: 'active' },
    { id: '4', who: 'Lê Hoàng Khoa', role: 'Tổ công nghệ số', team: 'Ấp Kinh Mới', heard: NOW - 20 * DAY, oldestUnsent: null, state: 'suspended' },
    { id: '5', who: 'Sơn Thị Út', role: 'Bộ phận một cửa', team: 'Xã Vàm Sậy', heard: NOW - 41 * DAY, oldestUnsent: null, state: 'revoked' },
  ],
};

const progressOn = { rankBy: 'unit' as const, onPage: nothing, onUnit: nothing, onCampaign: nothing, onAsOf: nothing, onExport: nothing, onSilent: nothing, onRankBy: nothing };
const decideOn = { onPage: nothing, onKind: nothing, onApprove: nothing, onReturn: nothing, onLater: nothing };
const dossiersOn = { onPage: nothing, onUnit: nothing, onSearch: nothing, onSort: nothing, onOpen: nothing };
const devicesOn = { onPage: nothing, onInvite: nothing, onAnswer: nothing, onLost: nothing };

export const CONSOLE: Record<string, () => ComponentChildren> = {
  'console-sign-in': () => <SignIn view={{ step: 'password', isWrong: true }} onPassword={nothing} onCode={nothing} />,
  'console-sign-in-code': () => <SignIn view={{ step: 'code', isWrong: false }} onPassword={nothing} onCode={nothing} />,
  'console-progress': () => <Progress view={progress} {...progressOn} />,
  'console-progress-past': () => (
    <Progress view={{ ...progress, frame: { ...frame, lostAt: NOW }, isPast: true, silence: null, target: null, chart: null }} {...progressOn} />
  ),
  'console-decide': () => <Deciding />,
  'console-decide-none': () => <Decide view={{ ...decide, lines: [], selected: null }} {...decideOn} onSelect={nothing} />,
  'console-dossiers': () => <Dossiers view={dossiers} {...dossiersOn} />,
  'console-dossier': () => (
    <ConsolePage frame={dossiers.frame} path={dossiers.path} title={dossier.name} onPage={nothing} onUnit={nothing}>
      <Dossier view={dossier} {...dossierOn} />
    </ConsolePage>
  ),
  'console-dossiers-totals': () => <Dossiers view={{ ...dossiers, lines: null }} {...dossiersOn} />,
  'console-devices': () => <Devices view={devices} {...devicesOn} />,
  'console-devices-waiting': () => (
    <Devices view={{ ...devices, invite: devices.invite && { ...devices.invite, checkCode: null } }} {...devicesOn} />
  ),
};

function Deciding() {
  const [id, select] = useState('q1');
  const name = decide.lines.find((line) => line.id === id)?.name ?? '';
  const selected = decide.selected && { ...decide.selected, id, name };
  return <Decide view={{ ...decide, selected }} {...decideOn} onSelect={select} />;
}
