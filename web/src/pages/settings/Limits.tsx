import { useQuery } from '@tanstack/react-query';
import type { LimitsBody, SettingBody } from '../../api/schema';
import { changeLimits } from '../../api/settings';
import { limitsQuery } from '../../api/switches';
import { PageState } from '../../parts/PageState';
import { useViewing } from '../../shell/viewing';
import { SettingsForm } from './form/SettingsForm';
import { type Change, labelOf, loosens, told, written } from './form/values';
import css from './Settings.module.css';
import { useSettings } from './useSettings';
import { words } from './words';

/** The limits: those that an admin sets for a user, or those by which a user tightens them. */
export function Limits() {
  const { user, name } = useViewing();
  const { found, state } = useSettings('limits', useQuery(limitsQuery(user)));
  return <PageState {...state}>{found && <Form {...found} user={user} name={name} />}</PageState>;
}

/** The settings that there are come from the daemon's list, so a form looks them up by name. */
type Values = Readonly<Record<string, unknown>>;

interface FormProps {
  settings: readonly SettingBody[];
  saved: LimitsBody;
  user: number | undefined;
  name: string | undefined;
}

function Form({ settings, saved, user, name }: FormProps) {
  const { limits } = words;
  const isForAdmin = name !== undefined;
  const shown = settings.filter((setting) => setting.kind !== 'switch');
  const group = isForAdmin
    ? { title: limits.admin(name), note: limits.adminNote(name), settings: shown }
    : { title: limits.own, note: limits.ownNote, settings: shown };
  return (
    <SettingsForm
      groups={[group]}
      saved={{ version: saved.version, values: isForAdmin ? saved.admin : saved.own }}
      send={(body) => changeLimits(body, user)}
      changes={['limits']}
      ask={(changes) => question(changes, saved, name)}
      aside={(setting) => aside(setting, saved, isForAdmin)}
      empty={(setting) =>
        isForAdmin
          ? written(setting, setting.default) || told(setting, setting.default)
          : limits.noOwn
      }
    />
  );
}

function aside(setting: SettingBody, { own, admin, in_force }: LimitsBody, isForAdmin: boolean) {
  const say = (values: Values) => told(setting, values[setting.name]);
  const inForce = say(in_force);
  if (!isForAdmin) return words.limits.asideOwn(say(admin), inForce);
  const mine: Values = own;
  const hasOwn = (mine[setting.name] ?? null) !== null;
  return words.limits.asideAdmin(hasOwn ? say(own) : null, inForce);
}

/** Tightening is sent at once; what lets more through is looked at twice. */
function question(changes: readonly Change[], saved: LimitsBody, name: string | undefined) {
  const admin: Values = saved.admin;
  const behind = ({ setting }: Change) =>
    name === undefined ? admin[setting.name] : setting.default;
  const looser = changes.filter((change) => loosens(change, behind(change)));
  if (looser.length === 0) return null;
  const { limits } = words;
  const say = (change: Change, value: unknown) => told(change.setting, value ?? behind(change));
  return {
    title: words.soleUser(limits.loosenTitle, name),
    confirm: limits.loosen,
    text: (
      <>
        <p className={css.text}>{limits.loosenText}</p>
        <ul>
          {looser.map((change) => (
            <li key={change.setting.name}>
              {limits.change(
                labelOf(change.setting),
                say(change, change.before),
                say(change, change.after),
              )}
            </li>
          ))}
        </ul>
        {looser.length < changes.length && <p className={css.text}>{limits.tightensToo}</p>}
      </>
    ),
  };
}
