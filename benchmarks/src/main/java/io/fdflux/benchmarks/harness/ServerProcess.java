package io.fdflux.benchmarks.harness;

import io.fdflux.benchmarks.plan.Scenario;
import io.fdflux.benchmarks.plan.Transport;
import io.fdflux.benchmarks.result.ServerUse;
import java.io.IOException;
import java.nio.file.Path;

/** A server in a process of its own. */
abstract sealed class ServerProcess extends ChildProcess permits JvmServer, HaproxyServer {

    ServerProcess(Process process, Path log) {
        super(process, log);
    }

    /**
     * Starts the server of a scenario, and waits until it serves.
     *
     * @throws UnavailableException if it cannot serve this on this machine
     */
    static ServerProcess start(Scenario scenario, Transport transport, Workbench workbench, Path log)
            throws IOException, InterruptedException, UnavailableException {
        return transport == Transport.HAPROXY
                ? HaproxyServer.start(HaproxyServer.program(), scenario, workbench.pinning(), log)
                : new JvmServer(workbench.programs().server(scenario.name(), transport), log);
    }

    /** {@return where it listens; 0 if it drives itself} */
    abstract int port();

    /** {@return what it has used since its start} */
    final ServerUse use() throws IOException, InterruptedException, UnavailableException {
        return reportedUse().withKernelCpuNanos(KernelTime.nanos(pid()));
    }

    /** {@return the same without the kernel's share} */
    abstract ServerUse reportedUse() throws IOException, InterruptedException, UnavailableException;
}
