/** Gives a file to whatever the phone has for it: its share panel, or its folder of downloads. */

/** The browser reads the file soon, but not before the click has ended. */
const RELEASE_AFTER_MS = 60_000;

/** Resolves to whether it was taken; a person may change their mind in the share panel. */
export async function handOver(bytes: Uint8Array<ArrayBuffer> | null, name: string): Promise<boolean> {
  if (bytes === null) return false;
  const file = new File([bytes], name, { type: 'application/octet-stream' });
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

/** `20261122-0941.sampan`: when, and nothing of anybody. */
export function fileName(now: Date): string {
  const [day, time] = now.toISOString().split('T');
  return `${day!.replaceAll('-', '')}-${time!.slice(0, 5).replace(':', '')}.sampan`;
}
