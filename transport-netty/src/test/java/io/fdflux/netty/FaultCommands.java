package io.fdflux.netty;

import java.util.Scanner;

/**
 * Runs the commands of a JVM with scripted system calls. Standard input has one command per line, and each is answered
 * by one line.
 */
final class FaultCommands {

    /** Further commands of one JVM. */
    interface Others {
        String answer(String command) throws Exception;
    }

    private FaultCommands() {}

    /** Runs commands until the input ends. */
    static void obey(Others others) throws Exception {
        Scanner commands = new Scanner(System.in);
        while (commands.hasNext()) {
            String command = commands.next();
            System.out.println(
                    switch (command) {
                        case "fault" -> {
                            Faults.script(commands.next(), commands.nextInt(), commands.nextInt());
                            yield "scripted";
                        }
                        case "left" -> Integer.toString(Faults.left(commands.next()));
                        default -> others.answer(command);
                    });
        }
    }
}
