package io.fdflux.netty;

import java.util.Scanner;

/**
 * The orders of a JVM whose system calls fail when it is told so: one a line, on its input, each with one line for
 * an answer.
 */
final class FaultCommands {

    /** What one JVM has orders for besides. */
    interface Others {
        String answer(String command) throws Exception;
    }

    private FaultCommands() {}

    /** Until the input ends. */
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
