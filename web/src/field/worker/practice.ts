/**
 * The world of practice: an invented hamlet, a server that is this file, and nothing that leaves.
 *
 * People, numbers and phones are made up; numbers begin with 099 and phones with 095, which nobody has.
 */
import { practiceEnrolled, practiceNames } from 'sampan-app/client_app.js';
import type { PersonDraft } from '../model.ts';
import type { Answer, Route } from './network.ts';

/** What the worker of a practising phone is called. */
export const PRACTICE_WORKER = 'sampan-practice';

const HAMLET = 'Ấp Tập';

export const PEOPLE: PersonDraft[] = [
  { number: '099158004127', name: 'Lâm Thị Đẹp', birth: '1958', sex: 'female', phone: '0951000001' },
  { number: '099047000311', name: 'Trần Văn Út', birth: '1947', sex: 'male', phone: '' },
  { number: '099190002816', name: 'Huỳnh Ngọc Bé', birth: '1990', sex: 'female', phone: '0951000003' },
  { number: '099071003052', name: 'Nguyễn Văn Sáu', birth: '1971', sex: 'male', phone: '0951000004' },
  { number: null, name: 'Thạch Sa Rinh', birth: '1963', sex: 'female', phone: '' },
  { number: '099204005529', name: 'Lê Minh Khang', birth: '2004', sex: 'male', phone: '0951000006' },
];

/** Answers what a phone must hear to work at all; everything else is silence, as without signal. */
export async function answer(route: Route, body: Uint8Array): Promise<Answer> {
  const bytes =
    route === '/v1/enrol' ? practiceEnrolled(body) : route === '/v1/names' ? practiceNames(body, HAMLET) : undefined;
  return bytes === undefined ? { is: 'silent' } : { is: 'bytes', bytes };
}
