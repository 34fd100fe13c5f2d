package io.fdflux.posix.poll;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/** Installs handlers as applications do, and sends signals to this process. */
final class Signals {

    /** The same on every system of the tables. */
    static final int WINCH = 28;

    private Signals() {}

    /** Installs a handler of sun.misc.Signal, and returns the one before. */
    static Object install(String name, Runnable reaction) throws ReflectiveOperationException {
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        InvocationHandler invocations = (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
                reaction.run();
            }
            return null;
        };
        return restore(
                name,
                Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handlerType}, invocations));
    }

    /** Installs a handler that {@link #install} has returned. */
    static Object restore(String name, Object handler) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        return signalType
                .getMethod("handle", signalType, handlerType)
                .invoke(null, signalType.getConstructor(String.class).newInstance(name), handler);
    }

    static void send(String name) throws Exception {
        String command = "kill -" + name + " " + ProcessHandle.current().pid();
        int status = new ProcessBuilder("sh", "-c", command).start().waitFor();
        if (status != 0) {
            throw new AssertionError(command + ": " + status);
        }
    }
}
