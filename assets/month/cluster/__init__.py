"""Workers on other machines: groups of deliveries as tasks of Dask distributed.

    workers     which group goes to which worker, and what its answer leads to
    pool        which workers there are, and which can be given work
    losses      what becomes of the deliveries of a worker that is lost
    connection  the client of the scheduler
    tasks       what a worker does with a task
    identity    what a worker says of itself, and whether it runs the same program
    errors      what can be wrong with a scheduler or a worker
    process     a worker as a process

Workers share the home's folder: results go into the store, and only failures come back. Only
connection and process import Dask, which is installed with the extra `cluster`. Not here: what is
done with a delivery (assets.month), the resource of the assets (assets.resources).
"""
