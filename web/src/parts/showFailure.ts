import { showNotification } from '@mantine/notifications';

/** Says that something was not done, where no place of its own can; it stays until it is closed. */
export function showFailure(title: string, message: string): void {
  showNotification({
    color: 'bad',
    title,
    message,
    autoClose: false,
    closeButtonProps: { 'aria-label': 'Close' },
  });
}
