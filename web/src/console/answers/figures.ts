/** What the server answers when it is asked for figures: progress, breakdowns, pace, reports. */
export interface Figure {
  indicator: string;
  count: number;
}

export interface TargetAnswer {
  document: string;
  indicator: string;
  kind: string | null;
  value: number;
  /** `yyyy-mm-dd`: the first day that counts; `null`: every day does. */
  from: string | null;
  /** `yyyy-mm-dd` */
  due: string | null;
  reached: number;
  /** `yyyy-mm-dd`: the day it was reached, where it is due on a day and was. */
  met_on: string | null;
  /** How many a day would reach it in time. */
  needed_per_day: number | null;
  /** Cut off by the server, with a point: `72.22`. */
  percent: string | null;
}

export interface UnitProgress {
  unit: number;
  name: string;
  /** Those above zero; what is not listed counts nothing. */
  figures: Figure[];
  targets: TargetAnswer[];
  parts: PartAnswer[];
}

/** A figure beside the one it is a part of. */
export interface PartAnswer {
  indicator: string;
  of: string;
  /** Cut off or rounded by the server, with a point. */
  percent: string;
}

export interface ProgressAnswer {
  /** `yyyy-mm-dd`. */
  as_of: string;
  unit: UnitProgress;
  children: UnitProgress[];
}

/** By what a unit's figures are told apart. */
export const BREAKDOWNS = ['team', 'day', 'area', 'place', 'place-area', 'shift'] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

export interface GroupAnswer {
  /** A day, a team's number, an area, a place or a shift; `null`: what belongs to none. */
  key: string | null;
  name: string | null;
  figures: Figure[];
  parts: PartAnswer[];
}

export interface BreakdownAnswer {
  by: Breakdown;
  /** `yyyy-mm-dd` */
  as_of: string;
  /** They add up to the unit's own figures. */
  groups: GroupAnswer[];
}

export interface ServiceAnswer {
  /** 0: none in particular. */
  service: number;
  name: string;
  /** By which a decision lists it; may be empty. */
  code: string;
  sessions: number;
  guided: number;
  submitted: number;
  activated: number;
  /** Done, of services without a figure of their own. */
  finished: number;
  /** The most frequent first. */
  blocked: { reason: string; count: number }[];
}

export interface ServicesAnswer {
  as_of: string;
  services: ServiceAnswer[];
  sessions_with_obstacles: number;
  obstacles: number;
  solved: number;
  methods: number;
}

/** What somebody reported upward. */
export interface ReportedAnswer {
  unit: number;
  unit_name: string;
  kind: 'message' | 'obstacle' | 'solved' | 'method' | 'session';
  /** Seconds since 1970. */
  at: number;
  text: string;
}

export interface DoublesAnswer {
  /** Residents of whom more than one dossier counts. */
  residents: number;
  /** Those whose dossiers may be read here. */
  listed: { document: string; unit: number; unit_name: string; name: string; birth_year: number | null }[][];
}

/** The phones at work in one place; times in seconds since 1970. */
export interface Contact {
  phones: number;
  /** Not heard of for 3 days. */
  silent: number;
  heard_last: number | null;
  /** When the one that is silent for longest was last heard. */
  heard_first: number | null;
  /** Records that phones said they hold and that have not arrived. */
  unsent: number;
  unsent_oldest: number | null;
}

export interface FreshnessAnswer {
  now: number;
  unit: Contact;
  silent_units: number;
  children: ({ unit: number } & Contact)[];
  /** 0: without a team. */
  teams: ({ team: number; name: string | null } & Contact)[];
}

export interface UnitAnswer {
  unit: number;
  name: string;
  has_children: boolean;
}

export interface PaceAnswer {
  campaign: string | null;
  target: number;
  /** `yyyy-mm-dd`, both included. */
  start: string;
  end: string;
  /** By the end of each day from the first. */
  reached: number[];
}

/** Guidance sessions one by one: nobody's name is in them. */
export interface SessionsAnswer {
  as_of: string;
  sessions: SessionLineAnswer[];
  /** Older ones that the list leaves out. */
  left_out: number;
}

export interface SessionLineAnswer {
  session: string;
  unit: number;
  unit_name: string;
  day: string | null;
  /** `hh:mm` */
  began: string | null;
  /** `hh:mm-hh:mm` */
  shift: string | null;
  place: string | null;
  team: string | null;
  kind: string | null;
  /** By their numbers in the catalogue. */
  services: number[];
  attendances: number;
  has_obstacles: boolean;
  outcomes: { day: string; service: number; result: string; reason: string | null }[];
}

export interface CohortPart {
  done: number;
  left: number;
  percent: string | null;
}

export interface CohortAnswer {
  import: string;
  list: string;
  source: string;
  as_of: string;
  unit: number;
  listed: number;
  /** On the list, and known to nobody here. */
  unknown: number;
  with_card: CohortPart;
  with_eid: CohortPart;
}

export interface ReportLineAnswer {
  report: string;
  unit: number;
  unit_name: string;
  as_of: string;
  at: number;
  by: string | null;
}

export interface ReportAnswer extends ReportLineAnswer {
  progress: ProgressAnswer;
  differing: { unit: number; name: string; indicator: string; frozen: number; now: number }[];
  /** What came in since, whether or not it changed a figure; `null`: nobody kept that. */
  since: { entries: number | null; streams: number };
  signed: string;
  key: string;
}
