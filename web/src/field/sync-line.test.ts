import { expect, test } from 'vitest';
import { NOW, sync, syncAllReceived } from '../../gallery/people.ts';
import { text } from '../text/text.ts';
import type { SyncSummary } from './model.ts';
import { syncLine } from './sync-line.ts';

const vi = text('vi');
const first = (change: Partial<SyncSummary>) => syncLine({ ...sync, ...change }, NOW, vi).first;
const second = (change: Partial<SyncSummary>) => syncLine({ ...sync, ...change }, NOW, vi).second;

test('the first true row wins', () => {
  expect(first({ lastSaveFailed: true })).toBe('Chưa lưu được: máy hết chỗ');
  expect(first({})).toBe('Không có sóng · 3 phiếu trên máy này');
  expect(first({ hasSignal: true, serverSilent: true })).toBe('Máy chủ chưa trả lời · 3 phiếu trên máy này');
  expect(first({ hasSignal: true, here: 1, sending: 2 })).toBe('Đang gửi 2 phiếu');
  expect(first({ here: 0 })).toBe('2 phiếu chị Thắm đang mang');
  expect(first({ here: 0, carried: 0, loading: { done: 240, all: 512 } })).toBe('Đang tải danh sách: 240 / 512 người');
  expect(first({ here: 0, carried: 0 })).toBe('Không có sóng · không phiếu nào chờ');
  expect(syncLine(syncAllReceived, NOW, vi).first).toBe('Máy chủ đã nhận hết');
});

test('the second line says when, and never claims more than a receipt', () => {
  expect(second({})).toBe('Máy chủ nhận lần cuối: 2 giờ trước');
  expect(second({ lastReceipt: null })).toBe('Chưa gặp máy chủ lần nào');
  expect(second({ hasSignal: true, serverSilent: true })).toBe('Thử lại lúc 9:55');
  expect(syncLine(syncAllReceived, NOW, vi).second).toBe('Lúc 9:41 · tin mới nhận lúc 9:41');
});

test('a lease near its end and a wrong clock are said, but not over a failed save', () => {
  expect(second({ leaseDaysLeft: 4 })).toBe('Danh sách khóa sau 4 ngày nếu chưa gặp máy chủ');
  expect(second({ clockOffMinutes: -190 })).toBe('Giờ máy lệch 3 giờ, vẫn ghi được');
  expect(second({ clockOffMinutes: 10 })).toBe('Máy chủ nhận lần cuối: 2 giờ trước');
  expect(second({ lastSaveFailed: true, leaseDaysLeft: 4 })).toBe('Bấm để dọn chỗ');
});

test('records waiting with signal are not called received', () => {
  expect(first({ hasSignal: true })).toBe('3 phiếu trên máy này');
});
