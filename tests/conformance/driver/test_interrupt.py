"""An interrupt is noted when it comes, and heeded where it is safe."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from conformance.driver.interrupt import SIGNALS, Interrupt


def send(number: int) -> None:
    """A signal to ourselves, handled when this returns."""
    os.kill(os.getpid(), number)
    for _ in range(3):
        time.sleep(0)


def interrupted(work) -> list[str]:
    """What *work* reached before the interrupt ended it."""
    interrupt, reached = Interrupt(), []
    with pytest.raises(KeyboardInterrupt), interrupt.kept():
        work(interrupt, reached)
    return reached


@pytest.mark.parametrize("number", SIGNALS)
def test_one_signal_waits_for_a_safe_place(number):
    def work(interrupt, reached):
        interrupt.heed()
        send(number)
        reached.append("the request's answer")
        interrupt.heed()
        reached.append("another request")

    assert interrupted(work) == ["the request's answer"]


def test_nobody_need_have_heeded_it():
    assert interrupted(lambda _, reached: send(signal.SIGTERM) or reached.append("the end")) == ["the end"]


def test_a_second_signal_does_not_wait():
    def work(_, reached):
        send(signal.SIGINT)
        reached.append("after the first")
        send(signal.SIGINT)
        reached.append("after the second")

    assert interrupted(work) == ["after the first"]


def test_sleepers_wake():
    def work(interrupt, reached):
        threading.Timer(0.05, send, [signal.SIGINT]).start()
        interrupt.wait(60)
        reached.append("the end of the sleep")

    assert interrupted(work) == []


def test_what_was_there_is_put_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    interrupt = Interrupt()
    with pytest.raises(KeyboardInterrupt), interrupt.kept():
        send(signal.SIGINT)
    assert [signal.getsignal(number) for number in SIGNALS] == before
    interrupt.heed()


def test_in_another_thread_signals_are_the_programs():
    before = [signal.getsignal(number) for number in SIGNALS]
    seen = []

    def work():
        with Interrupt().kept():
            seen.append([signal.getsignal(number) for number in SIGNALS])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
