import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { modulesQuery } from '../../api/modules';
import { pageError } from '../../api/problems';
import { tasksQuery } from '../../api/tasks';
import { PageFrame } from '../../parts/PageFrame';
import { PageState } from '../../parts/PageState';
import { AdminOnly } from '../../shell/AdminOnly';
import { moduleRows } from '../modules/rows';
import { Detail } from './Detail';
import { History } from './History';
import css from './Module.module.css';
import { Upload } from './Upload';
import { Versions } from './Versions';
import { words } from './words';

const route = getRouteApi('/inside/admin/modules/$task');

/** The versions of one task's module. */
export function ModulePage() {
  return (
    <AdminOnly>
      <Module />
    </AdminOnly>
  );
}

function Module() {
  const { task } = route.useParams();
  const { version: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const modules = useQuery(modulesQuery);
  const tasks = useQuery(tasksQuery);
  const failed = [modules, tasks].find(({ isError, data }) => isError && !data);
  const isReady = modules.data !== undefined && tasks.data !== undefined;
  const known = tasks.data?.items.find((one) => one.task === task);
  const row = known && moduleRows([known], modules.data?.items ?? [])[0];
  const shown =
    row?.versions.find(({ version }) => version === chosen) ?? row?.active ?? row?.versions[0];
  const show = (version: number) =>
    void navigate({ search: (search) => ({ ...search, version }), replace: true });
  return (
    <PageFrame
      title={words.title(known?.title ?? task)}
      note={known?.description}
      actions={
        <Link to="/admin/modules" className={css.link}>
          {words.all}
        </Link>
      }
    >
      <PageState
        loading={!isReady && !failed}
        error={failed ? pageError(failed.error, () => void failed.refetch()) : null}
        empty={isReady && !known && { title: words.unknownTitle, text: words.unknownText }}
      >
        {known && row && (
          <>
            <Versions task={known} row={row} shown={shown?.version} onShow={show} />
            {shown && <Detail key={shown.version} task={known} version={shown} />}
            <Upload task={task} row={row} onUploaded={show} />
            <History task={known} />
          </>
        )}
      </PageState>
    </PageFrame>
  );
}
