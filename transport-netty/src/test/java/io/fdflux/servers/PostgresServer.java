package io.fdflux.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** PostgreSQL for one test class: everybody on the loopback is {@link #USER}, with TLS or without. */
public final class PostgresServer extends Server {

    public static final String USER = "fdflux";
    public static final String DATABASE = "postgres";

    /** PostgreSQL refuses to run as root. Debian's package brings this account. */
    private static final String ACCOUNT = "postgres";

    /** Where Debian installs the versions, each in a directory of its own. */
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    public PostgresServer() {
        super("postgresql", "QUIT"); // "immediate shutdown": nobody needs the data any more
    }

    @Override
    Optional<Path> program() {
        if (!Files.isDirectory(VERSIONS)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.comparing(
                            bin -> bin.getParent().getFileName().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path data() {
        return directory().resolve("data");
    }

    @Override
    void prepare(Path certificate, Path key) throws IOException, InterruptedException {
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        if (isRoot()) {
            UserPrincipal account =
                    directory().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(ACCOUNT);
            for (Path path : List.of(directory(), certificate, key)) {
                Files.setOwner(path, account);
            }
        }
        ServerProcess.run(
                directory(),
                asServer(
                        "initdb",
                        "-D",
                        data().toString(),
                        "-U",
                        USER,
                        "-A",
                        "trust",
                        "-E",
                        "UTF8",
                        "--no-locale",
                        "-N"));
    }

    @Override
    List<String> command() {
        return asServer(
                "postgres",
                "-D",
                data().toString(),
                "-p",
                Integer.toString(port()),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off",
                "-c",
                "ssl=on",
                "-c",
                "ssl_cert_file=" + certificate(),
                "-c",
                "ssl_key_file=" + directory().resolve("key.pem"));
    }

    @Override
    boolean answers() {
        try {
            return new ProcessBuilder(
                                    tool("pg_isready"),
                                    "-q",
                                    "-U",
                                    USER,
                                    "-h",
                                    "127.0.0.1",
                                    "-p",
                                    Integer.toString(port()))
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String tool(String name) {
        return program().orElseThrow().resolve(name).toString();
    }

    private List<String> asServer(String tool, String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=" + ACCOUNT, "--regid=" + ACCOUNT, "--init-groups", "--"));
        }
        command.add(tool(tool));
        command.addAll(List.of(arguments));
        return command;
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }
}
