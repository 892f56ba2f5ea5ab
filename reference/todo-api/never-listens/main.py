import time

print("starting the todo service ...", flush=True)
time.sleep(3600)
