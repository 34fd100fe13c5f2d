package io.fdflux.netty.option;

import java.lang.reflect.InvocationTargetException;

/**
 * A listener's filter of the BSDs, accept_filter(9).
 *
 * @param name     empty for none
 * @param argument empty for none
 * @param given    as the user gave it under Netty's constant; null if it came under ours
 */
public record AcceptFilter(String name, String argument, Object given) {

    static final AcceptFilter NONE = new AcceptFilter("", "", null);

    private static final String NETTYS = "io.netty.channel.kqueue.AcceptFilter";

    static AcceptFilter named(String name) {
        return new AcceptFilter(name, "", null);
    }

    /** Of the class that Netty's kqueue transport has for it: that one's constant is known here without its jar. */
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
