"""The line of `just bench sim` in other simulators: stations in a row, exponential times of mean 1,
room for ten between, always something to begin with, blocking after service.

    python line.py SIMULATOR STATIONS PARTS

prints {"parts": …, "per_unit_of_time": …, "cpu_s": …} as JSON; how long it takes to set up the
model is not counted.
"""

import json
import random
import sys
import time

ROOM = 10


def simpy_line(stations, parts):
    """Returns what plays the line, and what came of it."""
    import simpy

    env = simpy.Environment()
    stores = [simpy.Store(env, capacity=ROOM) for _ in range(stations - 1)]
    done = env.event()
    made = 0

    def station(number, rng):
        nonlocal made
        while True:
            if number > 0:
                yield stores[number - 1].get()
            yield env.timeout(rng.expovariate(1.0))
            if number < stations - 1:
                yield stores[number].put(1)
            else:
                made += 1
                if made == parts:
                    done.succeed()

    for number in range(stations):
        env.process(station(number, random.Random(number)))
    return lambda: env.run(done), lambda: (made, env.now)


def ciw_line(stations, parts):
    """An open network whose first queue turns away what does not fit: it is never empty for long."""
    import ciw

    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(4.0)] + [None] * (stations - 1),
        service_distributions=[ciw.dists.Exponential(1.0)] * stations,
        routing=[[1.0 if to == at + 1 else 0.0 for to in range(stations)] for at in range(stations)],
        number_of_servers=[1] * stations,
        queue_capacities=[ROOM] * stations,
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    length = parts / 0.85
    return (
        lambda: simulation.simulate_until_max_time(length),
        lambda: (simulation.nodes[-1].number_of_completed_individuals, length),
    )


def simantha_line(stations, parts):
    """Its time is whole numbers: a thousand of them are the unit."""
    from simantha import Buffer, Machine, Sink, Source, System

    ticks = 1000

    class Exponential(Machine):
        def get_cycle_time(self):
            return max(1, round(ticks * random.expovariate(1.0)))

    random.seed(1)
    source, sink = Source(), Sink()
    machines = [Exponential(name=f"machine {number}") for number in range(stations)]
    buffers = [Buffer(name=f"buffer {number}", capacity=ROOM) for number in range(stations - 1)]
    source.define_routing(downstream=[machines[0]])
    for number, machine in enumerate(machines):
        upstream = [source] if number == 0 else [buffers[number - 1]]
        downstream = [sink] if number == stations - 1 else [buffers[number]]
        machine.define_routing(upstream=upstream, downstream=downstream)
    for number, buffer in enumerate(buffers):
        buffer.define_routing(upstream=[machines[number]], downstream=[machines[number + 1]])
    sink.define_routing(upstream=[machines[-1]])
    system = System([source, sink, *machines, *buffers])
    length = int(parts / 0.85)
    return (
        lambda: system.simulate(simulation_time=length * ticks, verbose=False, collect_data=False),
        lambda: (machines[-1].parts_made, length),
    )


def main():
    simulator, stations, parts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    lines = {"simpy": simpy_line, "ciw": ciw_line, "simantha": simantha_line}
    run, came = lines[simulator](stations, parts)
    begun = time.process_time()
    run()
    cpu_s = time.process_time() - begun
    made, lasted = came()
    print(json.dumps({"parts": made, "per_unit_of_time": made / lasted, "cpu_s": cpu_s}))


if __name__ == "__main__":
    main()
