/** Gives a text to whatever the phone has for it: its share panel, or its folder of downloads. */

/** The browser reads the file soon, but not before the click has ended. */
const RELEASE_AFTER_MS = 60_000;

/** Resolves to whether it was taken; a person may change their mind in the share panel. */
export async function handOver(text: string, name: string): Promise<boolean> {
  if (text === '') return false;
  const file = new File([text], name, { type: 'text/plain' });
  if (navigator.canShare?.({ files: [file] })) {
    return navigator.share({ files: [file] }).then(() => true, () => false);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), RELEASE_AFTER_MS);
  return true;
}

/** `sampan-20261122-0941.txt`: when, and nothing of anybody. */
export function fileName(now: Date): string {
  const [day, time] = now.toISOString().split('T');
  return `sampan-${day!.replaceAll('-', '')}-${time!.slice(0, 5).replace(':', '')}.txt`;
}
