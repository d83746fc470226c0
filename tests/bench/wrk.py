"""Load by wrk, which takes a tenth of the CPU that Python takes for it: what is left goes to the server."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from load import COUNT, DIGITS, NUMBER, VERSION, Numbers, Request, Result

LONGEST_SECONDS = 16.0
INSTALLED = shutil.which("wrk") is not None

_SCRIPT = """
local template = %(template)s
local number, among = %(first)d, %(among)d
local counts = template:find("%(count)s", 1, true)
local versions = {%(versions)s}
local parts = {}
for part in (template .. "%(number)s"):gmatch("(.-)%(number)s") do parts[#parts + 1] = part end
request = function()
  local at = number %% among
  local text = table.concat(parts, string.format("%%0%(digits)dd", at))
  if counts then text = text:gsub("%(count)s", string.format("%%0%(digits)dd", number)) end
  number = number + 1
  if versions[at + 1] then text = text:gsub('%(version)s', string.format("%%-%(width)ds", '"' .. versions[at + 1] .. '"')) end
  return text
end
if versions[1] then
  response = function(status, headers, body)
    local name, version = body:match('"name":"m%%-(%%d+)".-"resourceVersion":"(%%d+)"')
    if name then versions[tonumber(name) + 1] = version end
  end
end
done = function(summary, latency, requests)
  io.write(string.format('\\n{"requests": %%d, "microseconds": %%d, "p50": %%f, "p99": %%f, "refused": %%d, "broken": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


def _script(request: Request, numbers: Numbers) -> str:
    return _SCRIPT % {
        "template": '"' + "".join(f"\\{byte:03d}" for byte in request.wire()) + '"',
        "versions": ", ".join(f'"{version}"' for version in numbers.versions),
        "first": numbers.first,
        "among": numbers.among,
        "number": NUMBER,
        "count": COUNT,
        "digits": DIGITS,
        "version": VERSION,
        "width": len(VERSION),
    }


async def measure(request: Request, numbers: Numbers, *, connections: int, seconds: float, expected: int) -> Result:
    """As ``load.measure``, for whole seconds. Raises RuntimeError when an answer is not of the expected sort."""
    where = urlsplit(request.url)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "requests.lua")
        await asyncio.to_thread(path.write_text, _script(request, numbers))
        words = ("-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "-s", str(path), "--timeout", "30s")
        child = await asyncio.create_subprocess_exec(
            "wrk", *words, f"{where.scheme}://{where.netloc}/", stdout=asyncio.subprocess.PIPE
        )
        output, _ = await child.communicate()
    line = (output.decode().splitlines() or [""])[-1]
    found = json.loads(line) if line.startswith("{") else None
    if found and not found["requests"] and not found["broken"] and seconds < LONGEST_SECONDS:
        again = 4 * seconds  # nothing was whole in that time
        return await measure(request, numbers, connections=connections, seconds=again, expected=expected)
    if not found or not found["requests"] or found["broken"]:
        raise RuntimeError(f"wrk could not measure: {output.decode()}")
    if found["refused"] != (found["requests"] if expected >= 400 else 0):
        raise RuntimeError(f"{found['refused']} of {found['requests']} were refused where {expected} is expected")
    return Result(found["requests"], found["microseconds"] / 1e6, found["p50"] / 1e3, found["p99"] / 1e3)
