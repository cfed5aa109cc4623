import { act, fireEvent, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../api/client';
import { mistakeOf } from '../Refusal';
import { renderPart } from '../testing';
import { ConfirmDialog, type ConfirmDialogProps } from './index';

function open(props: Partial<ConfirmDialogProps> & Pick<ConfirmDialogProps, 'onConfirm'>) {
  const onClose = vi.fn();
  renderPart(
    <ConfirmDialog
      opened
      onClose={onClose}
      title="Stop the service of asha?"
      confirm="Stop"
      {...props}
    />,
  );
  return { onClose };
}

/** A request whose answer the test gives. */
function pending() {
  let answer: (value?: unknown) => void = () => {};
  let refuse: (error: Error) => void = () => {};
  const promise = new Promise((resolve, reject) => {
    answer = resolve;
    refuse = reject;
  });
  return { promise, answer: () => answer(), refuse: (text: string) => refuse(new Error(text)) };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('ConfirmDialog', () => {
  it('sends once when Enter is pressed twice, also after the answer', async () => {
    const request = pending();
    const onConfirm = vi.fn(() => request.promise);
    const { onClose } = open({ onConfirm });
    const button = screen.getByRole('button', { name: 'Stop' });
    const form = button.closest('form');
    if (!form) throw new Error('no form');
    // Two within one frame, as a key that is held down sends them.
    act(() => {
      fireEvent.submit(form);
      fireEvent.submit(form);
    });
    expect(onConfirm).toHaveBeenCalledOnce();
    expect(screen.getByRole('button', { name: 'Sending…' }).hasAttribute('disabled')).toBe(true);
    await act(async () => request.answer());
    expect(onClose).toHaveBeenCalledOnce();
    fireEvent.submit(form);
    expect(onConfirm).toHaveBeenCalledOnce();
  });

  it('sends on Enter, as the button has the focus', async () => {
    const user = userEvent.setup();
    const onConfirm = vi.fn(() => new Promise(() => {}));
    open({ onConfirm });
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Stop'));
    await user.keyboard('{Enter}{Enter}');
    expect(onConfirm).toHaveBeenCalledOnce();
  });

  it('shows the sentence of the daemon, keeps what was typed and can be sent again', async () => {
    const user = userEvent.setup();
    const onConfirm = vi
      .fn()
      .mockRejectedValueOnce(new Error('asha has an open order'))
      .mockResolvedValueOnce(null);
    const { onClose } = open({ onConfirm, reason: 'Reason' });
    const button = screen.getByRole('button', { name: 'Stop' });
    expect(button.hasAttribute('disabled')).toBe(true);
    await user.type(screen.getByRole('textbox', { name: 'Reason' }), 'seen at the broker');
    await user.click(button);
    expect((await screen.findByRole('alert')).textContent).toBe('Asha has an open order.');
    expect(screen.getByDisplayValue('seen at the broker')).toBeTruthy();
    expect(onClose).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect(onConfirm).toHaveBeenLastCalledWith('seen at the broker');
    expect(onClose).toHaveBeenCalledOnce();
  });

  it('sends a reason that is pasted in several lines as one', async () => {
    const user = userEvent.setup();
    const onConfirm = vi.fn().mockResolvedValue(null);
    open({ onConfirm, reason: 'Reason' });
    await user.click(screen.getByRole('textbox', { name: 'Reason' }));
    await user.paste('seen at the broker,\r\n  and booked');
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect(onConfirm).toHaveBeenLastCalledWith('seen at the broker, and booked');
  });

  it('puts what is said about the reason to its field, by the word above it', async () => {
    const user = userEvent.setup();
    const wrong = new Failure('invalid_request', 'explanation: 1 to 500 characters', 400);
    open({ onConfirm: () => Promise.reject(wrong), reason: 'What was found' });
    const field = screen.getByRole('textbox', { name: 'What was found' });
    await user.type(field, 'too much');
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toBe('What was found: 1 to 500 characters.');
    const told = field.getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(told)?.contains(alert)).toBe(true);
    expect(screen.getByDisplayValue('too much')).toBeTruthy();
  });

  it('leaves to its children what is said about a field of theirs, and nothing else', async () => {
    const user = userEvent.setup();
    const onConfirm = vi
      .fn()
      .mockRejectedValueOnce(new Failure('invalid_request', 'version: 1 to 9', 400))
      .mockRejectedValueOnce(new Failure('unavailable', 'the daemon is ending', 503));
    open({
      onConfirm,
      fields: ['version'],
      children: (refusal) => <span>{mistakeOf(refusal, 'version', 'Version')}</span>,
    });
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect((await screen.findByRole('alert')).textContent).toBe('Version: 1 to 9.');
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    expect((await screen.findByText('The daemon is ending.')).role).toBe('alert');
    expect(screen.getAllByRole('alert')).toHaveLength(1);
  });

  it('wants the name typed', async () => {
    const user = userEvent.setup();
    const onConfirm = vi.fn(async () => {});
    open({ onConfirm, typeName: 'analysis' });
    const field = screen.getByRole('textbox', { name: 'Type analysis to go on' });
    await user.type(field, 'analysi{Enter}');
    expect(onConfirm).not.toHaveBeenCalled();
    await user.type(field, 's{Enter}');
    expect(onConfirm).toHaveBeenCalledOnce();
  });

  it('wants to be held for a second', () => {
    vi.useFakeTimers();
    const onConfirm = vi.fn(() => new Promise(() => {}));
    open({ onConfirm, hold: true });
    const button = screen.getByRole('button', { name: 'Hold to stop' });
    fireEvent.pointerDown(button);
    act(() => vi.advanceTimersByTime(900));
    fireEvent.pointerUp(button);
    act(() => vi.advanceTimersByTime(2000));
    expect(onConfirm).not.toHaveBeenCalled();
    fireEvent.keyDown(button, { key: ' ' });
    fireEvent.keyDown(button, { key: ' ', repeat: true });
    act(() => vi.advanceTimersByTime(1000));
    fireEvent.keyDown(button, { key: ' ', repeat: true });
    act(() => vi.advanceTimersByTime(3000));
    expect(onConfirm).toHaveBeenCalledOnce();
  });
});
