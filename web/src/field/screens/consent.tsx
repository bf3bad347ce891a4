/** Asking at the door whether records may be kept. Nothing is chosen beforehand but the words. */
import { useState } from 'preact/hooks';
import { Check, CircleCheck } from '../../design/icons.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Choices } from '../../parts/field.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { day } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type { ConsentHow, DossierView, SpokenLanguage } from '../model.ts';

/** Of `consent.ask`: goes up whenever its words change, so that it is known what was agreed to. */
export const CONSENT_TEXT_VERSION = 1;

const HOWS: ConsentHow[] = ['spoken', 'paper', 'guardian'];
const LANGUAGES: SpokenLanguage[] = ['vi', 'km', 'other'];

export interface ConsentSheetProps {
  view: DossierView;
  onSave: (how: ConsentHow, language: SpokenLanguage, withdrawn: boolean) => void;
  onClose: () => void;
}

export function ConsentSheet({ view, onSave, onClose }: ConsentSheetProps) {
  const { t } = useText();
  const [how, setHow] = useState<ConsentHow>('spoken');
  const [language, setLanguage] = useState<SpokenLanguage>('vi');
  const isGiven = view.consent?.given === true;
  return (
    <Sheet icon={CircleCheck} title={t('dossier.consent')} onClose={onClose}>
      {view.consent && isGiven && (
        <p>{t('dossier.consent.given', { day: day(view.consent.at, view.now) })} · {t(`consent.${view.consent.how}`)}</p>
      )}
      {!isGiven && (
        <>
          <blockquote class="asked">{t('consent.ask')}</blockquote>
          <p class="caption soft">{t('consent.version', { n: CONSENT_TEXT_VERSION })}</p>
        </>
      )}
      <Choices label={t('consent.how')}>
        {HOWS.map((one) => (
          <Choice key={one} chosen={how === one} chosenIcon={Check} onPress={() => setHow(one)}>{t(`consent.${one}`)}</Choice>
        ))}
      </Choices>
      <Choices label={t('consent.language')}>
        {LANGUAGES.map((one) => (
          <Choice key={one} chosen={language === one} chosenIcon={Check} onPress={() => setLanguage(one)}>{t(`language.${one}`)}</Choice>
        ))}
      </Choices>
      {!isGiven && (
        <Button look="primary" icon={Check} onPress={() => onSave(how, language, false)}>{t('consent.yes')}</Button>
      )}
      <Button onPress={() => onSave(how, language, true)}>{isGiven ? t('consent.withdraw') : t('consent.no')}</Button>
    </Sheet>
  );
}
