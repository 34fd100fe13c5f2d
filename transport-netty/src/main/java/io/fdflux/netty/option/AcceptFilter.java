package io.fdflux.netty.option;

import java.lang.reflect.InvocationTargetException;

/**
 * A listener's filter on the BSDs, accept_filter(9).
 *
 * @param name     empty for none
 * @param argument empty for none
 * @param given    the value under Netty's constant; null for a value under this library's constant
 */
public record AcceptFilter(String name, String argument, Object given) {

    static final AcceptFilter NONE = new AcceptFilter("", "", null);

    private static final String NETTYS = "io.netty.channel.kqueue.AcceptFilter";

    static AcceptFilter named(String name) {
        return new AcceptFilter(name, "", null);
    }

    /**
     * Converts a filter of Netty's kqueue transport, whose class is accessed by reflection because its jar is optional.
     */
    public static AcceptFilter ofNetty(Object filter) {
        if (!filter.getClass().getName().equals(NETTYS)) {
            throw OptionEntry.wrongType(OptionKeys.NETTY_ACCEPT_FILTER, NETTYS, filter);
        }
        return new AcceptFilter(text(filter, "filterName"), text(filter, "filterArgs"), filter);
    }

    private static String text(Object filter, String accessor) {
        try {
            return (String) filter.getClass().getMethod(accessor).invoke(filter);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("another " + NETTYS + " than that of Netty 4.2", e);
        }
    }
}
