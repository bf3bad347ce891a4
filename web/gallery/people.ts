/** Invented people of an invented hamlet. */
import type {
  DossierView, FunnelView, HistoryView, HomeTasks, LocalMinute, NewPersonView, PeopleView, ResidentLine, SessionView, SyncSummary,
  TodayView,
} from '../src/field/model.ts';

export const NOW: LocalMinute = Date.parse('2026-11-19T09:52Z') / 60_000;
export const at = (day: string, time = '00:00'): LocalMinute => Date.parse(`2026-${day}T${time}Z`) / 60_000;

export const badges = { tasks: 9, refused: 1 };

export const sync: SyncSummary = {
  hasSignal: false,
  lastSaveFailed: false,
  isUnknown: false,
  isCopied: false,
  serverSilent: false,
  here: 3,
  sending: 0,
  carried: 2,
  carrier: 'chị Thắm',
  carriedSince: at('11-18', '17:20'),
  parked: 1,
  held: 1,
  rejected: 0,
  refused: 1,
  refusedWhy: { code: 'moved', who: 'ông Trần Văn Út' },
  received: 118,
  receivedOlder: 0,
  oldestHere: at('11-19', '08:15'),
  lastReceipt: at('11-19', '07:52'),
  lastNews: at('11-19', '07:52'),
  nextTry: at('11-19', '09:55'),
  loading: null,
  leaseDaysLeft: null,
  clockOffMinutes: 0,
  custody: 4,
  dataSaver: { on: true, kbThisMonth: 38 },
};

export const syncAllReceived: SyncSummary = {
  ...sync,
  hasSignal: true,
  here: 0,
  carried: 0,
  carrier: null,
  carriedSince: null,
  parked: 0,
  held: 0,
  refused: 0,
  refusedWhy: null,
  receivedOlder: 412,
  oldestHere: null,
  lastReceipt: at('11-19', '09:41'),
  lastNews: at('11-19', '09:41'),
  custody: null,
};

const task = { field: null, ways: 0, due: null, note: '', by: null };

const homes: HomeTasks[] = [
  {
    household: 'h1',
    of: 'bà Lâm Thị Đẹp',
    place: 'Rạch Ông Đội',
    tasks: [
      { ...task, id: '1', document: 'd1', name: 'Lâm Thị Đẹp', kind: 'visit', due: at('11-19'), note: 'con nước lớn 15 giờ' },
      { ...task, id: '2', document: 'd2', name: 'Trần Văn Phát', kind: 'card-hand-over', due: at('11-16') },
    ],
  },
  {
    household: 'h2',
    of: 'ông Thạch Sà Rây',
    place: 'Rạch Bà Từ',
    tasks: [
      { ...task, id: '3', document: 'd3', name: 'Thạch Sà Rây', kind: 'conflict', field: 'phone', ways: 2 },
      { ...task, id: '4', document: 'd4', name: 'Thạch Thị Sa Rết', kind: 'reason', due: at('11-20') },
    ],
  },
  {
    household: 'h3',
    of: 'ông Danh Hữu Tèo',
    place: 'Rạch Bà Từ',
    tasks: [{ ...task, id: '5', document: 'd5', name: 'Danh Hữu Tèo', kind: 'refused' }],
  },
];

export const today: TodayView = {
  now: NOW,
  hamlet: 'Ấp Rạch Tràm',
  sync,
  filter: 'due',
  counts: { due: 9, overdue: 2, ahead: 3, unclear: 7, 'home-visit': 1, changed: 2 },
  more: 0,
  homes,
  tides: ['con nước lớn 15 giờ'],
  lists: [],
  isFirstStart: false,
  badges,
};

const person = { match: null, carrier: null, state: 'received' as const };
const track = (furthest: number) => ({ furthest, side: null });

export const lines: ResidentLine[] = [
  {
    ...person, document: 'p1', name: 'Nguyễn Văn Dẹp', match: { from: 11, to: 14 }, birthYear: 1971, sex: 'male',
    last3: '052', card: track(4), eid: track(2), state: 'here',
  },
  {
    ...person, document: 'p2', name: 'Huỳnh Ngọc Đẹp', match: { from: 11, to: 14 }, birthYear: 1990, sex: 'female',
    last3: '816', card: track(5), eid: { furthest: 2, side: 'eid-returned' }, state: 'returned',
  },
  {
    ...person, document: 'd1', name: 'Lâm Thị Đẹp', match: { from: 8, to: 11 }, birthYear: 1958, sex: 'female',
    last3: '127', card: track(5), eid: track(4), state: 'conflict',
  },
  {
    ...person, document: 'p4', name: 'Trần Thị Mỹ Đẹp', match: { from: 12, to: 15 }, birthYear: 2004, sex: 'female',
    last3: null, card: track(1), eid: track(0),
  },
];

export const people: PeopleView = {
  now: NOW,
  hamlet: 'Ấp Rạch Tràm',
  query: 'dep',
  filters: ['not-activated'],
  all: 512,
  loading: null,
  count: lines.length,
  from: 0,
  lines,
  canals: ['Rạch Bà Từ', 'Rạch Ông Đội'],
  badges,
  previewed: [{ document: 'v1', name: 'Thạch Thị Đẹp', from: 'chị Thắm' }],
};

const FAMILY = ['Nguyễn', 'Trần', 'Lê', 'Thạch', 'Danh', 'Sơn', 'Huỳnh', 'Lâm', 'Kim', 'Phạm'];
const MIDDLE = ['Văn', 'Thị', 'Hữu', 'Ngọc', 'Minh', 'Thanh', 'Mỹ'];
const GIVEN = ['An', 'Bình', 'Cúc', 'Dũng', 'Đẹp', 'Hoa', 'Khoa', 'Lượm', 'Phát', 'Rây', 'Thắm', 'Út', 'Xuyến'];

/** Twelve thousand people, for the long list. */
export function many(count: number): ResidentLine[] {
  return Array.from({ length: count }, (_, n) => ({
    ...person,
    document: `m${n}`,
    name: `${FAMILY[n % 10]} ${MIDDLE[(n * 3) % 7]} ${GIVEN[(n * 5) % 13]}`,
    birthYear: 1930 + ((n * 7) % 82),
    sex: n % 2 === 0 ? 'male' : 'female',
    last3: String((n * 37) % 1000).padStart(3, '0'),
    card: track(n % 6),
    eid: track((n * 5) % 6),
    state: n % 9 === 4 ? 'here' : 'received',
  }));
}

const card: FunnelView = {
  funnel: 'card',
  furthest: 5,
  reached: ['10-02', '10-09', '10-14', '11-05', '11-12'].map((day) => ({
    at: at(day, '09:00'),
    by: 'anh Khoa',
    state: 'received',
  })),
  side: null,
  isConflicted: false,
  state: 'received',
  nextBy: null,
  mayRecord: ['card-appointed', 'card-collected', 'card-handed-over'],
};

const eid: FunnelView = {
  funnel: 'eid',
  furthest: 4,
  reached: [...['10-02', '10-09', '10-20', '11-16'].map((day) => ({
    at: at(day, '09:00'),
    by: 'chị Thắm',
    state: 'received' as const,
  })), null],
  side: null,
  isConflicted: false,
  state: 'here',
  nextBy: at('11-23'),
  mayRecord: ['eid-level1', 'eid-collected', 'eid-reported', 'eid-activated'],
};

export const dossier: DossierView = {
  now: NOW,
  document: 'd1',
  name: 'Lâm Thị Đẹp',
  birthYear: 1958,
  sex: 'female',
  last3: '127',
  residence: 'permanent-present',
  home: {
    household: 'h1', of: 'bà Lâm Thị Đẹp', canal: 'Rạch Ông Đội', address: 'Bên cầu khỉ', members: lines.slice(0, 3),
    tasks: [{ ...task, id: '2', document: 'd2', name: 'Trần Văn Phát', kind: 'card-hand-over' }],
  },
  phone: '0957214402',
  phoneOwner: 'family',
  address: 'Bên cầu khỉ',
  note: 'Nhà đóng cửa buổi sáng.',
  homeVisit: false,
  due: null,
  sameAs: null,
  hasNumber: true,
  here: 1,
  lentUntil: null,
  movedTo: null,
  unitedWith: null,
  conflicts: [
    {
      field: 'phone',
      values: [
        { id: 'v1', shown: '0957 214 402', by: 'anh Khoa', isMine: true, at: at('11-19', '09:41'), state: 'here' },
        { id: 'v2', shown: '0953 880 118', by: 'chị Thắm', isMine: false, at: at('11-14', '15:20'), state: 'received' },
      ],
    },
  ],
  card,
  eid,
  reasons: [],
  previews: [],
  work: [
    { id: 'w1', what: { kind: 'visit', result: 'met' }, at: at('11-19', '09:41'), by: 'anh Khoa', note: '', state: 'here' },
    {
      id: 'w2', what: { kind: 'session', where: 'home', result: 'later' }, at: at('11-14', '15:20'), by: 'chị Thắm',
      note: 'SIM đứng tên con trai, mai ra sang tên.', state: 'received',
    },
    { id: 'w3', what: { kind: 'visit', result: 'not-met' }, at: at('11-02', '08:10'), by: 'chị Thắm', note: '', state: 'received' },
  ],
  consent: { given: true, at: at('10-02'), how: 'spoken', language: 'vi' },
  historyEntries: 14,
};

/** Everything at once that a dossier may have. */
export const dossierLoaded: DossierView = {
  ...dossier,
  name: 'Nguyễn Phước Hoàng Minh Khánh Thiên Kim Công Tằng Tôn Nữ Ngọc Anh',
  last3: null,
  here: 4,
  unitedWith: 'chị Thắm',
  sameAs: { document: 'd7', name: 'Nguyễn Thị Ngọc Anh' },
  hasNumber: false,
  previews: [
    {
      from: 'chị Thắm',
      said: [
        { kind: 'value', field: 'phone', shown: '0953880118' },
        { kind: 'event', what: { kind: 'visit', result: 'met' }, note: '' },
      ],
    },
  ],
  card: { ...card, furthest: 2, reached: card.reached.map((one, n) => (n < 2 ? one : null)), side: 'card-returned', state: 'returned' },
  eid: { ...eid, furthest: 3, isConflicted: true, reached: eid.reached.map((one, n) => (n < 3 ? one : null)), state: 'conflict', nextBy: null },
  reasons: [
    { funnel: 'card', reason: null, state: 'received' },
    { funnel: 'eid', reason: 'e3-sim-of-another', state: 'held' },
  ],
  work: [
    { id: 'x1', what: { kind: 'step', step: 'card-returned' }, at: at('11-18', '10:00'), by: 'Công an xã', note: '', state: 'received' },
    { id: 'x2', what: { kind: 'visit', result: 'rescheduled' }, at: at('11-17', '10:00'), by: 'anh Khoa', note: '', state: 'carried' },
    { id: 'x3', what: { kind: 'visit', result: 'unreachable' }, at: at('11-16', '10:00'), by: 'anh Khoa', note: '', state: 'parked' },
    { id: 'x4', what: { kind: 'visit', result: 'declined' }, at: at('11-15', '10:00'), by: 'anh Khoa', note: '', state: 'refused' },
    ...dossier.work,
  ],
};

export const dossierNew: DossierView = {
  ...dossier,
  name: 'Trần Thị Mỹ Đẹp',
  birthYear: 2004,
  last3: null,
  home: null,
  phone: null,
  phoneOwner: 'unknown',
  address: '',
  note: '',
  here: 0,
  conflicts: [],
  card: { ...card, furthest: 0, reached: [null, null, null, null, null] },
  eid: { ...eid, furthest: 0, reached: [null, null, null, null, null], state: 'received', nextBy: null },
  work: [],
  consent: null,
  historyEntries: 1,
};

export const newPerson: NewPersonView = {
  now: NOW,
  draft: { number: '09914700660', name: 'Ngô Thị Bé', birth: '1949', sex: 'female', phone: '09572144' },
  remarks: [
    { field: 'number', code: 'number-length', severity: 'error', params: { digits: 11 } },
    { field: 'phone', code: 'phone-length', severity: 'warning', params: { digits: 8 } },
  ],
  duplicates: [{ ...lines[3]!, name: 'Ngô Thị Bé', match: null, birthYear: 1947, last3: '605', agree: ['name', 'phone'] }],
};

export const session: SessionView = {
  updateWaits: false,
  services: [
    ...(['activate', 'password', 'submit', 'integrate', 'sim'] as const).map((name) => ({ name, code: '', lead: 'team' })),
    { name: 'd06-06-lodging', code: 'D06-06', lead: 'police' }, { name: 'd06-09-birth', code: 'D06-09', lead: 'justice' },
    { name: 'other', code: '', lead: 'team' },
  ],
  places: [{ document: 'l1', name: 'Trường THPT Vàm Sậy', kind: 'school' }],
  draft: {
    id: 'draft',
    step: 'result',
    savedAt: NOW,
    where: 'home',
    service: 'activate',
    people: [
      { document: 'd1', name: 'Lâm Thị Đẹp', birthYear: 1958, result: 'done', reason: null },
      { document: 'd2', name: 'Trần Văn Phát', birthYear: 1983, result: 'blocked', reason: 'e3-sim-of-another' },
    ],
    others: 2,
  },
};

export const history: HistoryView = {
  now: NOW,
  name: 'Lâm Thị Đẹp',
  entries: [
    { id: '3', at: at('11-19', '08:40'), by: 'anh Khoa', said: [{ kind: 'value', field: 'phone', shown: '0957214402' }], state: 'here' },
    { id: '2', at: at('11-14', '15:20'), by: 'chị Thắm', said: [{ kind: 'event', what: { kind: 'visit', result: 'met' }, note: 'nhà đang gặt' }], state: 'received' },
    {
      id: '1', at: at('10-02', '09:05'), by: 'chị Thắm',
      said: [
        { kind: 'value', field: 'name', shown: 'Lâm Thị Đẹp' }, { kind: 'value', field: 'birth', shown: '1958' },
        { kind: 'value', field: 'number', shown: '••• 127' },
      ],
      state: 'received',
    },
  ],
};
