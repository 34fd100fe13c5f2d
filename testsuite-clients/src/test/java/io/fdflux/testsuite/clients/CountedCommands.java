package io.fdflux.testsuite.clients;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The commands of MongoDB's driver. Called by its threads, read by the test's. */
final class CountedCommands implements CommandListener {

    private final Queue<String> started = new ConcurrentLinkedQueue<>();
    private final Queue<String> succeeded = new ConcurrentLinkedQueue<>();

    @Override
    public void commandStarted(CommandStartedEvent event) {
        started.add(event.getCommandName());
    }

    @Override
    public void commandSucceeded(CommandSucceededEvent event) {
        succeeded.add(event.getCommandName());
    }

    long started(String command) {
        return count(List.copyOf(started), command);
    }

    long succeeded(String command) {
        return count(List.copyOf(succeeded), command);
    }

    private static long count(List<String> commands, String command) {
        return commands.stream().filter(command::equals).count();
    }
}
