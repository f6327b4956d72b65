"""Where the processes of a run are, by options, TF_CONFIG and SLURM."""

import json

import pytest
from helpers import ANY_BACKEND

from kerasgen.training.cluster import Cluster, find_cluster, first_node

pytestmark = ANY_BACKEND

SLURM = {"SLURM_PROCID": "3", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "40123", "SLURM_STEP_NODELIST": "gpu[07-09,12],big1"}


def tf_config(kind="worker", index=1, **cluster):
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


@pytest.mark.parametrize(
    "told, environment, expected",
    [
        ((None, None, None), SLURM, None),  # present, but not asked for
        (("node1:4000", 2, 1), {}, Cluster("node1", 4000, 2, 1)),
        (("[::1]:4000", 2, 0), {}, Cluster("::1", 4000, 2, 0)),
        (("node1:4000", 1, 0), {}, None),
        (("auto", None, None), SLURM, Cluster("gpu07", 20123, 8, 3)),
        (("auto", None, None), tf_config(worker=["a:1", "b:2"]), Cluster("a", 1, 2, 1)),
        (("auto", None, None), SLURM | tf_config(chief=["c:3"], worker=["a:1", "b:2"], ps=["p:4"]), Cluster("c", 3, 3, 2)),
        (("auto", None, None), tf_config("chief", 0, chief=["c:3"], worker=["a:1"]), Cluster("c", 3, 2, 0)),
    ],
)
def test_the_cluster_that_is_asked_for(told, environment, expected):
    assert find_cluster(*told, environment) == expected


@pytest.mark.parametrize(
    "told, environment, message",
    [
        ((None, 2, None), {}, "Received: no `coordinator` and no `rank`"),
        (("node1", 2, 0), {}, "must be HOST:PORT, .* Received: 'node1'"),
        (("node1:0", 2, 0), {}, "must be HOST:PORT"),
        (("node1:4000", 2, 2), {}, "Received: rank 2 of 2 processes"),
        (("auto", None, 0), SLURM, "auto takes processes and rank from the environment"),
        (("auto", None, None), {}, "TF_CONFIG or the variables that SLURM sets.* Received: neither"),
        (("auto", None, None), {**SLURM, "SLURM_NTASKS": "x"}, "SLURM must set SLURM_PROCID.* 'x'"),
        (("auto", None, None), {"TF_CONFIG": "{"}, "TF_CONFIG must tell"),
        (("auto", None, None), tf_config("ps", 0, worker=["a:1"], ps=["p:4"]), "TF_CONFIG must tell.*the task ps 0"),
        (("auto", None, None), tf_config("worker", 2, worker=["a:1", "b:2"]), "TF_CONFIG must tell.*the task worker 2"),
    ],
)
def test_wrong_options_are_refused(told, environment, message):
    with pytest.raises(ValueError, match=message):
        find_cluster(*told, environment)


def test_first_node_of_slurms_lists():
    lists = ("n1", "n1,n2", "n[3-5]", "n[007,009-011]", "rack2-n[1-2]-ib,x", "a.b[10]")
    assert [first_node(each) for each in lists] == ["n1", "n1", "n3", "n007", "rack2-n1-ib", "a.b10"]
