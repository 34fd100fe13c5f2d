package io.fdflux.posix.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Errno;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Starts real processes, which write to a file. */
@EnabledOnOs(OS.LINUX)
@Timeout(30)
class SpawnTest {

    private static final Map<String, String> ENVIRONMENT = Map.of("PATH", System.getenv("PATH"));

    @TempDir
    Path folder;

    /** Runs a command with a file as its output, and returns what it has written. */
    private String output(Map<String, String> environment, Optional<Path> directory, String... command)
            throws IOException {
        Path file = folder.resolve("output");
        int pid;
        try (Descriptor nothing = Descriptor.open(Path.of("/dev/null"));
                Descriptor out = Descriptor.open(
                        file,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            pid = Spawn.spawn(new SpawnRequest(
                    List.of(command),
                    environment,
                    directory,
                    List.of(nothing.number(), out.number(), out.number()),
                    false));
        }
        assertThat(await(pid)).as(() -> "status of " + List.of(command)).isZero();
        return Files.readString(file);
    }

    private String output(String... command) throws IOException {
        return output(ENVIRONMENT, Optional.empty(), command);
    }

    private static int await(int pid) {
        int status = Processes.reap(pid);
        while (status == Processes.RUNNING) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            status = Processes.reap(pid);
        }
        return status;
    }

    private static int start(boolean ownGroup, String... command) throws IOException {
        return Spawn.spawn(
                new SpawnRequest(List.of(command), ENVIRONMENT, Optional.empty(), List.of(0, 1, 2), ownGroup));
    }

    @Test
    void argumentsAndEnvironmentReachTheProgram() throws IOException {
        assertThat(output("printf", "%s|", "a b", "", "ü")).isEqualTo("a b||ü|");
        assertThat(output(Map.of("ONE", "1", "TWO", "ü"), Optional.empty(), "/usr/bin/env")
                        .lines())
                .containsExactlyInAnyOrder("ONE=1", "TWO=ü");
    }

    @Test
    void directoryIsThatOfTheRequest() throws IOException {
        assertThat(output(ENVIRONMENT, Optional.of(folder), "pwd", "-P").strip())
                .isEqualTo(folder.toRealPath().toString());
    }

    @Test
    void noDescriptorOfThisProcessIsInherited() throws IOException {
        // The JDK opens sockets without SOCK_CLOEXEC, and closes them in children of its own.
        try (ServerSocketChannel socket = ServerSocketChannel.open().bind(null)) {
            assertThat(socket.isOpen()).isTrue();
            // ls itself opens the directory, as the next free number.
            assertThat(output("ls", "/proc/self/fd").lines()).containsExactly("0", "1", "2", "3");
        }
    }

    @Test
    void noSignalIsBlocked() throws IOException {
        assertThat(output("grep", "SigBlk", "/proc/self/status").split("\\s+")[1])
                .matches("0+");
    }

    @Test
    void ownGroupHasTheProcessesNumber() throws IOException {
        int pid = start(true, "sleep", "100");
        assertThat(Processes.kill(-pid, SignalNames.number("TERM").getAsInt())).isZero();
        assertThat(await(pid)).isEqualTo(SignalNames.number("TERM").getAsInt());
    }

    @Test
    void statusIsThatOfTheExit() throws IOException {
        assertThat(await(start(false, "sh", "-c", "exit 3"))).isEqualTo(3 << 8);
    }

    @Test
    void reapedProcessIsGone() throws IOException {
        int pid = start(false, "true");
        await(pid);
        assertThat(Processes.reap(pid)).isEqualTo(Processes.LOST);
        assertThat(Processes.kill(pid, 0)).isEqualTo(-Errno.ESRCH);
    }

    @Test
    void missingProgramsAndDirectoriesAreErrorsOfTheirOwn() throws IOException {
        assertThatThrownBy(() -> start(false, "no-such-program-of-fdflux"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("no-such-program-of-fdflux")
                .hasMessageContaining("ENOENT");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> start(false, file.toString())).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> output(ENVIRONMENT, Optional.of(folder.resolve("none")), "true"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("no such directory");
        assertThatThrownBy(() -> output(ENVIRONMENT, Optional.of(file), "true"))
                .isInstanceOf(NotDirectoryException.class);
    }

    @Test
    void textWithANulIsRefused() {
        assertThatThrownBy(() -> start(false, "echo", "a\0b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a?b");
    }

    @Test
    void requestsWithoutProgramOrDescriptorsAreRefused() {
        assertThatThrownBy(() -> new SpawnRequest(List.of(), ENVIRONMENT, Optional.empty(), List.of(0, 1, 2), false))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new SpawnRequest(List.of("true"), ENVIRONMENT, Optional.empty(), List.of(0, 1), false))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
