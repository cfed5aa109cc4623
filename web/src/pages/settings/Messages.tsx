import { useQuery } from '@tanstack/react-query';
import type { SettingBody } from '../../api/schema';
import { changePreferences, preferencesQuery } from '../../api/settings';
import { PageState } from '../../parts/PageState';
import { useViewing } from '../../shell/viewing';
import { SettingsForm } from './form/SettingsForm';
import { useSettings } from './useSettings';
import { words } from './words';

/** Which messages disturb a user, and when none does. */
export function Messages() {
  const { user } = useViewing();
  const { found, state } = useSettings('preferences', useQuery(preferencesQuery(user)));
  return (
    <PageState {...state}>
      {found && (
        <SettingsForm
          groups={groupsOf(found.settings)}
          saved={found.saved}
          send={(body) => changePreferences(body, user)}
          changes={['settings']}
        />
      )}
    </PageState>
  );
}

function groupsOf(settings: readonly SettingBody[]) {
  const { title, note, quiet, quietNote, summary, summaryNote } = words.messages;
  const isQuiet = ({ name }: SettingBody) => name.startsWith('quiet_');
  const isSwitch = ({ kind }: SettingBody) => kind === 'switch';
  const others = settings.filter((setting) => !isSwitch(setting) && !isQuiet(setting));
  return [
    { title, note, settings: settings.filter(isSwitch) },
    { title: quiet, note: quietNote, settings: settings.filter(isQuiet) },
    { title: summary, note: summaryNote, settings: others },
  ];
}
