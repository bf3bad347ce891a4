/** Settings of this phone, help, lock. */
import { ALargeSmall, GraduationCap, Languages, Lock, MessageSquare, Sun } from '../../design/icons.tsx';
import type { Display } from '../../design/theme.ts';
import { TEXT_SIZES, THEMES } from '../../design/theme.ts';
import { Bar } from '../../parts/bar.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Card, Row } from '../../parts/card.tsx';
import { Screen } from '../../parts/shell.tsx';
import type { Language } from '../../text/text.ts';
import { capital, LANGUAGES, OFFERED, useText } from '../../text/text.ts';

export interface MenuProps {
  display: Display;
  onDisplay: (display: Display) => void;
  onLanguage: (language: Language) => void;
  onHelp: () => void;
  /** `null` while practising. */
  onPractice: (() => void) | null;
  onLock: () => void;
  onBack: () => void;
}

export function MenuScreen(props: MenuProps) {
  const { display, onDisplay } = props;
  const { t, language } = useText();
  const lock = (
    <Button wide icon={Lock} onPress={props.onLock}>
      {t('menu.lock')}
    </Button>
  );
  return (
    <Screen bar={<Bar title={t('menu.title')} leave={{ by: 'arrow', onLeave: props.onBack }} />} actions={lock}>
      <Card icon={Sun} title={t('menu.display')}>
        <div class="card-body choices">
          {THEMES.map((theme) => (
            <Choice key={theme} chosen={display.theme === theme} onPress={() => onDisplay({ ...display, theme })}>
              {capital(t(`theme.${theme}`))}
            </Choice>
          ))}
        </div>
      </Card>
      <Card icon={ALargeSmall} title={t('menu.text-size')}>
        <div class="card-body choices">
          {TEXT_SIZES.map((textSize) => (
            <Choice key={textSize} chosen={display.textSize === textSize} onPress={() => onDisplay({ ...display, textSize })}>
              {`${textSize}${language === 'en' ? '' : '\u00a0'}%`}
            </Choice>
          ))}
        </div>
      </Card>
      <Card icon={Languages} title={t('menu.language')}>
        <div class="card-body choices">
          {OFFERED.map((one) => (
            <Choice key={one} chosen={language === one} onPress={() => props.onLanguage(one)}>
              <span lang={one}>{LANGUAGES[one].name}</span>
            </Choice>
          ))}
        </div>
      </Card>
      <div class="card">
        <ul>
          {props.onPractice && <Row icon={GraduationCap} title={t('menu.practice')} sub={t('menu.practice.line')} onOpen={props.onPractice} />}
          <Row icon={MessageSquare} title={t('app.help')} sub={t('menu.help.line')} onOpen={props.onHelp} />
        </ul>
      </div>
    </Screen>
  );
}
