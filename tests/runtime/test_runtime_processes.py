"""A runtime in threads, in other processes, and after a fork."""

import multiprocessing
import pickle
import shutil
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from exports import FORMATS, dcgan, descriptors_kept, vary
from kerasgen.export import export

from kerasgen.runtime import load
from kerasgen.runtime.manifest import manifest_path
from kerasgen.runtime.quiet import quiet_stderr

pytestmark = [pytest.mark.backend("tensorflow"), pytest.mark.parametrize("kind", FORMATS)]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder, model = tmp_path_factory.mktemp("files"), dcgan()
    vary(model.generator)
    return {kind: export(model, folder / f"dcgan.{kind}") for kind in FORMATS}


@pytest.fixture
def runtime(files, kind):
    return load(files[kind])


def test_threads_share_a_runtime(runtime):
    expected = [runtime.sample(2, seed) for seed in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda seed: runtime.sample(2, seed), range(40)))
    np.testing.assert_array_equal(found, expected)


def test_threads_load_at_once_and_leave_the_standard_error_alone(files, kind):
    with descriptors_kept(), ThreadPoolExecutor(8) as pool:
        runtimes = list(pool.map(lambda _: load(files[kind]), range(16)))
    assert len({runtime.sample(1, 0).tobytes() for runtime in runtimes}) == 1


def test_a_threaded_server_answers_with_the_same_images(runtime):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = runtime.sample(1, int(self.path[1:])).tobytes()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()

        def get(seed):
            with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{seed}", timeout=60) as answer:
                return answer.read()

        try:
            with ThreadPoolExecutor(4) as pool:
                bodies = list(pool.map(get, range(12)))
        finally:
            server.shutdown()
            serving.join()
    assert bodies == [runtime.sample(1, seed).tobytes() for seed in range(12)]


def test_a_pickled_runtime_is_loaded_again(runtime, tmp_path, monkeypatch):
    text = pickle.dumps(runtime)
    monkeypatch.chdir(tmp_path)
    np.testing.assert_array_equal(pickle.loads(text).sample(2, 0), runtime.sample(2, 0))


def test_a_pickled_runtime_refuses_another_file_in_its_place(files, kind, tmp_path):
    path = tmp_path / f"copy.{kind}"
    for source, target in ((files[kind], path), (manifest_path(files[kind]), manifest_path(path))):
        shutil.copy(source, target)
    manifest_path(path).write_text(manifest_path(path).read_text("utf-8").replace(f"dcgan.{kind}", path.name), "utf-8")
    text = pickle.dumps(load(path))
    model = dcgan()
    export(model, path, overwrite=True)
    with pytest.raises(ValueError, match="the one that was loaded before. Received: another in its place"):
        pickle.loads(text)


def _sample(runtime, answers, seed):
    answers.put(runtime.sample(2, seed))


# The fork of a process with threads is what is tested: Python 3.12 warns of it.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.*fork:RuntimeWarning")
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_get_the_same_images_from_a_loaded_runtime(runtime, method):
    expected = [runtime.sample(2, seed) for seed in range(2)]
    context = multiprocessing.get_context(method)
    answers = context.Queue()
    workers = [context.Process(target=_sample, args=(runtime, answers, seed)) for seed in range(2)]
    for worker in workers:
        worker.start()
    found = [answers.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    np.testing.assert_array_equal(sorted(found, key=np.sum), sorted(expected, key=np.sum))


def test_a_forked_program_ends(files, kind):
    program = (
        "import os, sys; from kerasgen.runtime import load\n"
        "runtime = load(sys.argv[1], num_threads=2); first = runtime.sample(2, 0).tobytes(); child = os.fork()\n"
        "assert runtime.sample(2, 0).tobytes() == first\n"
        "if child == 0: os._exit(0)  # as multiprocessing's children do\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program, str(files[kind])], timeout=120, check=False)
    assert done.returncode == 0


def test_the_command_of_the_runtime_is_silent(files, kind, tmp_path):
    command = [sys.executable, "-m", "kerasgen.runtime", files[kind], "-n", "1", "-o", tmp_path / "grid.png"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", f"{tmp_path / 'grid.png'}\n")


def test_the_standard_error_may_be_closed(kind):
    program = "import os; os.close(2); from kerasgen.runtime.quiet import quiet_stderr\nwith quiet_stderr(): print(1)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True, timeout=60) == "1\n"
    with quiet_stderr():
        pass
