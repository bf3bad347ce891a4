/** Phones: who has one, when it was last heard, each step a coordinator may take, new invites. */
import { useState } from 'preact/hooks';
import {
  CircleCheck, Cross, Info, OctagonAlert, OctagonMinus, QrCode, Undo2, UserPlus,
} from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import type { ChipProps } from '../../parts/chip.tsx';
import { Chip } from '../../parts/chip.tsx';
import { ageWords } from '../../parts/freshness.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { checkCode, clock, fullDay, moment } from '../../text/format.ts';
import type { PlainKey, Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { DeviceAnswer, DeviceStanding, DeviceStep, ExportTable } from '../api.ts';
import { Refusal } from '../api.ts';
import type { PlaceName } from '../place.ts';
import type { PageProps } from '../signed-in.ts';
import { minuteOf } from '../time.ts';
import { AssignForm } from './assign-form.tsx';
import { ExportBar } from './export-bar.tsx';
import { InviteForm } from './invite-form.tsx';
import { LendForm } from './lend-form.tsx';
import { Loading, ProblemNote } from './page-parts.tsx';

/** Giving a phone other work, or single people for a day, asks for more than the rest. */
type Step = DeviceStep | 'assign' | 'lend';

interface Asked {
  device: DeviceAnswer;
  step: Step;
}

export function DevicesPage(props: PageProps) {
  const { api, me, live, go, frame, devices, onSignOut } = props;
  const text = useText();
  const { t } = text;
  const [isInviting, setInviting] = useState(false);
  const [asked, ask] = useState<Asked | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const settle = (work: Promise<void>) => {
    ask(null);
    work.then(
      () => setProblem(null),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    ).finally(live.refresh);
  };
  const sorted = [...(devices.value ?? [])].sort((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label, 'vi', { numeric: true }));
  const mayLend = me.may.includes('lend') && me.may.includes('dossiers');
  const cells = columns(frame.now, text, { mayLend, onStep: (device, step) => ask({ device, step }) });
  const actions = (
    <>
      <Button look={isInviting ? 'plain' : 'primary'} icon={UserPlus} onPress={() => setInviting(!isInviting)}>
        {t('devices.invite')}
      </Button>
      <ExportBar api={api} list="devices" unit={me.units[0]?.unit ?? 0} now={frame.now} table={() => Promise.resolve(table(sorted, text))} onProblem={setProblem} />
    </>
  );
  return (
    <ConsolePage onSignOut={onSignOut} frame={frame} title={t('devices.title')} actions={actions} onPage={(page) => go({ page: page as PlaceName })}>
      <ProblemNote problem={problem ?? devices.problem} />
      {isInviting && <InviteForm {...props} onDone={() => setInviting(false)} />}
      {asked?.step === 'assign' && (
        <AssignForm key={asked.device.device} {...props} device={asked.device} onGrant={(grant) => settle(api.assign(asked.device.device, grant))} onNo={() => ask(null)} />
      )}
      {asked?.step === 'lend' && <LendForm key={asked.device.device} {...props} device={asked.device} onNo={() => ask(null)} />}
      {asked && asked.step !== 'assign' && asked.step !== 'lend' && (
        <Sure device={asked.device} step={asked.step} onYes={(step) => settle(api.steer(asked.device.device, step))} onNo={() => ask(null)} />
      )}
      {devices.value === null && devices.problem === null && <Loading />}
      {devices.value && (
        <section class="card">
          <h2 class="page-head">{t('devices.people')}</h2>
          <Table label={t('devices.people')} columns={cells} rows={sorted} keyOf={({ device }) => device} />
        </section>
      )}
    </ConsolePage>
  );
}

/** A step is asked for twice: some cannot be taken back. */
function Sure({ device, step, onYes, onNo }: { device: DeviceAnswer; step: DeviceStep; onYes: (step: DeviceStep) => void; onNo: () => void }) {
  const { t } = useText();
  return (
    <section class="card page-body" role="group" aria-label={t(`devices.step.${step}`)}>
      <Note icon={Info} tone="act">
        {t('devices.step.sure', { step: t(`devices.step.${step}`), who: device.label })}
        {device.check_code !== null && <span class="strong"> {checkCode(device.check_code)}</span>}
      </Note>
      <p>{t(`devices.effect.${step}`)}</p>
      <div class="page-buttons">
        <Button look={step === 'confirm' || step === 'reinstate' ? 'plain' : 'danger'} onPress={() => onYes(step)}>
          {t(`devices.step.${step}`)}
        </Button>
        <Button look="quiet" icon={Cross} onPress={onNo}>
          {t('app.back')}
        </Button>
      </div>
    </section>
  );
}

interface Standing extends Pick<ChipProps, 'icon' | 'role'> {
  word: PlainKey;
  steps: Step[];
}

/** How a phone may stand, and the steps that lead on from there. */
const STANDINGS: Record<DeviceStanding, Standing> = {
  pending: { icon: QrCode, role: 'act', word: 'devices.unconfirmed', steps: ['confirm', 'refuse'] },
  active: { icon: CircleCheck, role: 'good', word: 'devices.active', steps: ['assign', 'lend', 'suspend', 'lose', 'retire'] },
  suspended: { icon: OctagonMinus, role: 'wait', word: 'devices.suspended', steps: ['reinstate', 'lose', 'retire'] },
  lost: { icon: OctagonAlert, role: 'bad', word: 'devices.revoked', steps: ['reinstate'] },
  retired: { icon: Undo2, role: 'draft', word: 'devices.retired', steps: ['lose'] },
  refused: { icon: OctagonAlert, role: 'bad', word: 'devices.refused', steps: [] },
};

const ORDER = Object.keys(STANDINGS);

/** Those that wait for a coordinator stand first. */
function rank({ state }: DeviceAnswer): number {
  return ORDER.indexOf(state);
}

interface Stepping {
  /** Whoever may lend and sees whom. */
  mayLend: boolean;
  onStep: (device: DeviceAnswer, step: Step) => void;
}

function columns(now: number, text: Text, stepping: Stepping): Column<DeviceAnswer, string>[] {
  const { t } = text;
  return [
    { id: 'person', name: t('devices.col.person'), isHead: true, cell: (device) => device.label },
    { id: 'role', name: t('devices.col.role'), cell: ({ role }) => roleWords(role, text) },
    { id: 'units', name: t('devices.col.units'), cell: ({ unit_names }) => unit_names.join(', ') },
    { id: 'heard', name: t('devices.col.heard'), isNumber: true, cell: ({ heard }) => ageWords(minuteOf(heard), now, text) },
    {
      id: 'unsent', name: t('devices.col.unsent'), isNumber: true,
      cell: ({ unsent }) => (unsent === null ? t('none') : `${ageWords(minuteOf(unsent.oldest), now, text)} · ${t('fresh.unsent', { n: unsent.records })}`),
    },
    { id: 'parked', name: t('devices.col.parked'), isNumber: true, cell: ({ parked }) => parked },
    {
      id: 'state', name: t('devices.col.state'),
      cell: (device) => (
        <>
          <Chip {...STANDINGS[device.state]}>{t(STANDINGS[device.state].word)}</Chip>
          {device.copies > 0 && <span class="figure-note small soft">{t('devices.copied', { n: device.copies })}</span>}
          {device.state === 'lost' && <span class="figure-note small soft">{wipedWords(device, now, text)}</span>}
        </>
      ),
    },
    {
      id: 'code', name: t('devices.col.code'),
      cell: (device) => <span class="strong">{device.check_code === null ? t('none') : checkCode(device.check_code)}</span>,
    },
    { id: 'steps', name: t('devices.col.steps'), cell: (device) => <Steps device={device} {...stepping} /> },
  ];
}

/** A lost phone is ordered to forget; whether it has, only it can say. */
function wipedWords({ wiped }: DeviceAnswer, now: number, { t, language }: Text): string {
  return wiped === null ? t('devices.not-wiped') : t('devices.wiped', { when: moment(minuteOf(wiped), now, language) });
}

function Steps({ device, mayLend, onStep }: Stepping & { device: DeviceAnswer }) {
  const { t } = useText();
  return (
    <span class="device-steps">
      {STANDINGS[device.state].steps.filter((step) => step !== 'lend' || (mayLend && device.borrows)).map((step) => (
        <button key={step} type="button" onClick={() => onStep(device, step)}>
          {t(`devices.step.${step}`)}
          <span class="unseen">: {device.label}</span>
        </button>
      ))}
    </span>
  );
}

export function roleWords(role: string, { t }: Text): string {
  const key = `role.${role}`;
  return isPlainKey(key) ? t(key) : role;
}

function table(devices: DeviceAnswer[], text: Text): ExportTable {
  const { t } = text;
  const head = [
    t('devices.col.person'), t('devices.col.role'), t('devices.col.units'), t('devices.col.team'), t('devices.col.heard'),
    t('devices.col.parked'), t('devices.col.state'),
  ];
  const rows = devices.map(({ label, role, unit_names, team, heard, parked, state }) => [
    label, roleWords(role, text), unit_names.join(', '), team === 0 ? null : team,
    `${fullDay(minuteOf(heard))} ${clock(minuteOf(heard))}`, parked, t(STANDINGS[state].word),
  ]);
  return { title: t('devices.people'), columns: head.map((name) => ({ name })), rows };
}
