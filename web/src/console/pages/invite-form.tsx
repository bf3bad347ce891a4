/** An invite for one phone: who, where, as what; then its code, which is shown once. */
import '../screens/devices.css';
import { useState } from 'preact/hooks';
import { Cross, QrCode } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Field } from '../../parts/field.tsx';
import { Qr } from '../../parts/qr.tsx';
import { useText } from '../../text/text.ts';
import { Refusal } from '../api.ts';
import type { PageProps } from '../signed-in.ts';
import { useAnswer } from '../use-answer.ts';
import { roleWords } from './devices-page.tsx';
import { ProblemNote, Select } from './page-parts.tsx';

interface Made {
  who: string;
  link: string;
}

export type InviteFormProps = PageProps & { onDone: () => void };

export function InviteForm(props: InviteFormProps) {
  const [made, setMade] = useState<Made | null>(null);
  return made ? <MadeInvite made={made} onDone={props.onDone} /> : <Asking {...props} onMade={setMade} />;
}

function Asking({ api, me, units, place, onMade }: InviteFormProps & { onMade: (made: Made) => void }) {
  const text = useText();
  const { t } = text;
  const [who, setWho] = useState('');
  const [role, setRole] = useState(me.invites[0] ?? '');
  const [team, setTeam] = useState('');
  const [path, setPath] = useState(place.path);
  const [isTried, setTried] = useState(false);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const unit = path.at(-1);
  const missing = who.trim() === '' ? t('invite.form.label.missing') : null;
  const badTeam = /^\d{0,9}$/.test(team.trim()) ? null : t('invite.form.team.digits');
  const make = () => {
    setTried(true);
    if (missing !== null || badTeam !== null || unit === undefined) return;
    const label = who.trim().normalize('NFC');
    api.invite({ role, units: [unit], team: Number(team.trim()), label }).then(
      (code) => onMade({ who: label, link: `${location.origin}/#i=${code}` }),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    );
  };
  const remark = (sentence: string | null) => (isTried && sentence !== null ? { severity: 'error' as const, sentence } : undefined);
  return (
    <section class="card page-body" aria-label={t('devices.invite')}>
      <ProblemNote problem={problem} />
      <div class="invite-form">
        <Field label={t('invite.form.label')} value={who} remark={remark(missing)} onInput={setWho} />
        <Field
          label={t('invite.form.team')}
          help={t('invite.form.team.help')}
          inputMode="numeric"
          value={team}
          remark={remark(badTeam)}
          onInput={setTeam}
        />
      </div>
      <div class="page-buttons">
        <Select label={t('invite.form.role')} chosen={role} options={me.invites.map((id) => ({ id, name: roleWords(id, text) }))} onChoose={setRole} />
        <UnitChoice units={units} path={path} onPath={setPath} />
      </div>
      {isTried && unit === undefined && <p class="small as-bad">{t('console.choose-unit')}</p>}
      <div class="page-buttons">
        <Button look="primary" icon={QrCode} onPress={make}>
          {t('invite.form.make')}
        </Button>
      </div>
    </section>
  );
}

/** One list for each level, down to where somebody works. */
export function UnitChoice({ units, path, onPath }: Pick<PageProps, 'units'> & { path: number[]; onPath: (path: number[]) => void }) {
  const { t } = useText();
  const parents = [null, ...path];
  const lists = useAnswer(`choice ${path}`, 0, () => Promise.all(parents.map((parent) => units.below(parent, null))));
  return (
    <>
      {(lists.value ?? []).map((list, level) => {
        if (list.length === 0) return null;
        const options = [{ id: '', name: t('none') }, ...list.map(({ unit, name }) => ({ id: String(unit), name }))];
        const choose = (id: string) => onPath(id === '' ? path.slice(0, level) : [...path.slice(0, level), Number(id)]);
        const label = level === 0 ? t('invite.form.unit') : t('invite.form.unit.below');
        return <Select key={level} label={label} chosen={String(path[level] ?? '')} options={options} onChoose={choose} />;
      })}
    </>
  );
}

function MadeInvite({ made, onDone }: { made: Made; onDone: () => void }) {
  const { t } = useText();
  const { who, link } = made;
  return (
    <section class="card invite" aria-label={t('devices.invite.for', { who })}>
      <Qr data={link} label={t('devices.invite.qr')} />
      <div class="invite-words">
        <h2>{t('devices.invite.for', { who })}</h2>
        <p class="invite-line">
          <QrCode size={20} /> {t('devices.invite.scan', { who })}
        </p>
        <Note icon={QrCode}>{t('invite.made.once')}</Note>
        <p class="small soft">{t('invite.made.text')}</p>
        <p class="invite-link small">{link}</p>
        <div class="page-buttons">
          <Button icon={Cross} onPress={onDone}>
            {t('invite.made.done')}
          </Button>
        </div>
      </div>
    </section>
  );
}
