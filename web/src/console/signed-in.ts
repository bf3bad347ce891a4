/** What every page of a signed-in console works with. */
import type { Api, DeviceAnswer, PairAnswer, HeldAnswer, Me } from './api.ts';
import type { Live } from './live.ts';
import type { Frame } from './model.ts';
import type { Place } from './place.ts';
import type { Units } from './units.ts';
import type { Answer } from './use-answer.ts';

export interface PageProps {
  api: Api;
  me: Me;
  units: Units;
  live: Live;
  place: Place;
  go: (change: Partial<Place>) => void;
  frame: Frame;
  devices: Answer<DeviceAnswer[]>;
  held: Answer<HeldAnswer[]>;
  doubles: Answer<PairAnswer[]>;
  onSignOut: () => void;
}
