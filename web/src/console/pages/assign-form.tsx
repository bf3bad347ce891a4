/** Other work for a phone: as what, where, in which team; what becomes of its lists is said first. */
import { useState } from 'preact/hooks';
import { Check, Cross, Info } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Field } from '../../parts/field.tsx';
import { useText } from '../../text/text.ts';
import type { DeviceAnswer, Offer } from '../api.ts';
import type { PageProps } from '../signed-in.ts';
import { roleWords } from './devices-page.tsx';
import { UnitChoice } from './invite-form.tsx';
import { Select } from './page-parts.tsx';

export interface AssignFormProps extends PageProps {
  device: DeviceAnswer;
  onGrant: (grant: Omit<Offer, 'label'>) => void;
  onNo: () => void;
}

export function AssignForm({ me, units, place, device, onGrant, onNo }: AssignFormProps) {
  const text = useText();
  const { t } = text;
  const [role, setRole] = useState(me.invites.includes(device.role) ? device.role : (me.invites[0] ?? ''));
  const [team, setTeam] = useState(device.team === 0 ? '' : String(device.team));
  const [path, setPath] = useState(place.path);
  const unit = path.at(-1);
  const isTeam = /^\d{0,9}$/.test(team.trim());
  return (
    <section class="card page-body" role="group" aria-label={t('devices.step.assign')}>
      <Note icon={Info} tone="act">
        {t('devices.step.sure', { step: t('devices.step.assign'), who: device.label })}
      </Note>
      <p>{t('devices.effect.assign')}</p>
      <div class="page-buttons">
        <Select label={t('invite.form.role')} chosen={role} options={me.invites.map((id) => ({ id, name: roleWords(id, text) }))} onChoose={setRole} />
        <UnitChoice units={units} path={path} onPath={setPath} />
      </div>
      <Field
        label={t('invite.form.team')}
        inputMode="numeric"
        value={team}
        remark={isTeam ? undefined : { severity: 'error', sentence: t('invite.form.team.digits') }}
        onInput={setTeam}
      />
      <div class="page-buttons">
        <Button
          icon={Check}
          blockedBy={unit === undefined ? t('console.choose-unit') : undefined}
          onPress={() => unit !== undefined && isTeam && onGrant({ role, units: [unit], team: Number(team.trim()) })}
        >
          {t('devices.step.assign')}
        </Button>
        <Button look="quiet" icon={Cross} onPress={onNo}>
          {t('app.back')}
        </Button>
      </div>
    </section>
  );
}
