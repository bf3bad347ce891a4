/** Phones and people: who has one, when it was last heard, and letting new ones in. */
import './devices.css';
import { Check, CircleCheck, Cross, OctagonAlert, OctagonMinus, QrCode, UserPlus } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import type { ChipProps } from '../../parts/chip.tsx';
import { Chip } from '../../parts/chip.tsx';
import { ageWords } from '../../parts/freshness.tsx';
import { Qr } from '../../parts/qr.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import type { LocalMinute } from '../../field/model.ts';
import { checkCode, moment } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { DeviceLine, DevicesView, DeviceState, OpenInvite, Page } from '../model.ts';

export interface DevicesProps {
  view: DevicesView;
  onPage: (page: Page) => void;
  onInvite: () => void;
  onAnswer: (invite: string, answer: 'same' | 'different') => void;
  onLost: (device: string) => void;
}

export function Devices({ view, onPage, onInvite, onAnswer, onLost }: DevicesProps) {
  const text = useText();
  const { t } = text;
  const actions = (
    <Button look="primary" icon={UserPlus} onPress={onInvite}>
      {t('devices.invite')}
    </Button>
  );
  return (
    <ConsolePage frame={view.frame} title={t('devices.title')} actions={actions} onPage={onPage}>
      {view.invite && <InviteCard invite={view.invite} now={view.frame.now} onAnswer={onAnswer} />}
      <section class="card">
        <h2 class="devices-head">{t('devices.people')}</h2>
        <Table
          label={t('devices.people')}
          columns={columns(view.frame.now, text, onLost)}
          rows={view.devices}
          keyOf={(device) => device.id}
        />
      </section>
    </ConsolePage>
  );
}

interface InviteCardProps {
  invite: OpenInvite;
  now: LocalMinute;
  onAnswer: (invite: string, answer: 'same' | 'different') => void;
}

/** The code to scan; once the phone has opened it, the code both must read the same. */
function InviteCard({ invite, now, onAnswer }: InviteCardProps) {
  const { t, language } = useText();
  const { who } = invite;
  return (
    <section class="card invite">
      <Qr data={invite.link} label={t('devices.invite.qr')} />
      <div class="invite-words">
        <h2>{t('devices.invite.for', { who })}</h2>
        {invite.checkCode === null ? (
          <>
            <p class="invite-line">
              <QrCode size={20} /> {t('devices.invite.scan', { who })}
            </p>
            <p class="small soft">{t('devices.invite.waiting', { who, when: moment(invite.expires, now, language) })}</p>
          </>
        ) : (
          <>
            <p class="small soft">{t('devices.invite.code')}</p>
            <p class="invite-code">{checkCode(invite.checkCode)}</p>
            <p>{t('devices.invite.ask', { who })}</p>
            <div class="invite-actions">
              <Button look="primary" icon={Check} onPress={() => onAnswer(invite.id, 'same')}>
                {t('devices.invite.same')}
              </Button>
              <Button icon={Cross} onPress={() => onAnswer(invite.id, 'different')}>
                {t('devices.invite.different')}
              </Button>
            </div>
          </>
        )}
      </div>
    </section>
  );
}

const STATES: Record<DeviceState, Pick<ChipProps, 'icon' | 'role'>> = {
  active: { icon: CircleCheck, role: 'good' },
  unconfirmed: { icon: QrCode, role: 'act' },
  suspended: { icon: OctagonMinus, role: 'wait' },
  revoked: { icon: OctagonAlert, role: 'bad' },
};

type ColumnId = 'person' | 'role' | 'team' | 'heard' | 'unsent' | 'state' | 'lost';

function columns(now: LocalMinute, text: Text, onLost: (device: string) => void): Column<DeviceLine, ColumnId>[] {
  const { t } = text;
  const age = (at: LocalMinute | null) => (at === null ? t('none') : ageWords(at, now, text));
  return [
    { id: 'person', name: t('devices.col.person'), isHead: true, cell: (line) => line.who },
    { id: 'role', name: t('devices.col.role'), cell: (line) => line.role },
    { id: 'team', name: t('devices.col.team'), cell: (line) => line.team },
    { id: 'heard', name: t('devices.col.heard'), isNumber: true, cell: (line) => age(line.heard) },
    { id: 'unsent', name: t('devices.col.unsent'), isNumber: true, cell: (line) => age(line.oldestUnsent) },
    {
      id: 'state', name: t('devices.col.state'),
      cell: (line) => <Chip {...STATES[line.state]}>{t(`devices.${line.state}`)}</Chip>,
    },
    {
      id: 'lost', name: t('devices.lost'),
      cell: (line) =>
        line.state === 'revoked' ? (
          t('none')
        ) : (
          <button type="button" class="table-open" onClick={() => onLost(line.id)}>
            {t('devices.lost')}
            <span class="unseen">: {line.who}</span>
          </button>
        ),
    },
  ];
}
