"""How many threads one request takes."""

from __future__ import annotations


def one_blas_thread() -> None:
    """Keep BLAS to one thread in this whole process, as a server should.

    After a product of small matrices the other threads of OpenBLAS wait busily for some
    20 ms, on the cores that the network needs for the next photo: on two cores a photo took
    121 ms instead of 70. A server has requests enough to keep its cores busy.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    threadpool_limits(limits=1, user_api="blas")
