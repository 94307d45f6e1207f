#!/usr/bin/env bash
# A comm message that is addressed to a subshell waits for the running cell, if the comm ever wrote from a cell.
#
# Library   ipykernel 7.4.0 with jupyter_client 8.9.1, on CPython 3.11 or later; no browser is needed.
# Expected  a message whose header names a subshell is handled in that subshell, while a cell runs in the main shell. This
#           is how JupyterLab lets a slider of a widget move during a long cell.
# Seen      the kernel sends the message to the shell that wrote on the comm last, and opening counts as writing. A comm
#           that a cell opened is deaf until the cell ends. The same comm hears at once if nothing was written on it.
# Here      the stop button of a live training is a widget of its own, whose mark of the last writer is taken away.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/python -m pip install -q ipykernel==7.4.0 jupyter_client==8.9.1

cat >use.py <<'PY'
import time

from jupyter_client.manager import start_new_kernel

CELL = """
import time
from comm import create_comm
comm, heard = create_comm(target_name="t"), []
comm.on_msg(lambda message: heard.append(time.monotonic()))
{forget}
print(comm.comm_id, flush=True)
time.sleep(2)
end = time.monotonic()
"""
FORGET = 'vars(comm).pop("_reply_subshell_id", None)'  # the mark of the last writer

for name, forget in (("a cell opened it", ""), ("nothing was written", FORGET)):
    manager, client = start_new_kernel()
    client.control_channel.send(client.session.msg("create_subshell_request"))
    subshell = client.get_control_msg(timeout=20)["content"]["subshell_id"]
    client.execute(CELL.format(forget=forget))
    while (printed := client.get_iopub_msg(timeout=20))["msg_type"] != "stream":
        pass
    content = {"comm_id": printed["content"]["text"].strip(), "data": {}}
    message = client.session.msg("comm_msg", content)
    message["header"]["subshell_id"] = subshell
    client.shell_channel.send(message)
    time.sleep(4)
    out = []
    client.execute_interactive("print(heard[0] < end)", output_hook=out.append)
    print(f"{name}: heard during the cell: {''.join(m['content'].get('text', '') for m in out).strip()}")
    client.stop_channels()
    manager.shutdown_kernel(now=True)
PY
env/bin/python use.py 2>log | tee seen
diff seen - <<'SEEN'
a cell opened it: heard during the cell: False
nothing was written: heard during the cell: True
SEEN
