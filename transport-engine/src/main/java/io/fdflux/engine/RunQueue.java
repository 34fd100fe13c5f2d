package io.fdflux.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The entries of a pass: higher priorities first, and within a priority in the order of their addition. A pass takes
 * all entries that were present at its start, of every priority, so that no priority starves another. While all
 * priorities are 0, it is one {@link RunList}. Loop thread only.
 *
 * @param <T> of its entries
 */
final class RunQueue<T> {

    private static final int NORMAL = 0;

    private static final class Level<T> {

        final int priority;
        final RunList<T> list;
        /** Entries of the present pass that are left. */
        int left;

        Level(int priority, RunList<T> list) {
            this.priority = priority;
            this.list = list;
        }
    }

    private final RunList<T> normal = new RunList<>();
    /** Of the entries of {@link #normal}, those of the present pass that are left. Used while there are no levels. */
    private int normalLeft;
    /** All priorities that occurred, the highest first; null while that is 0 alone. */
    private List<Level<T>> levels;

    void add(T entry, int priority) {
        if (priority == NORMAL) {
            normal.add(entry);
        } else {
            level(priority).list.add(entry);
        }
    }

    private Level<T> level(int priority) {
        if (levels == null) {
            levels = new ArrayList<>();
            Level<T> first = new Level<>(NORMAL, normal);
            first.left = normalLeft;
            levels.add(first);
        }
        int index = 0;
        while (index < levels.size() && levels.get(index).priority >= priority) {
            if (levels.get(index).priority == priority) {
                return levels.get(index);
            }
            index++;
        }
        Level<T> level = new Level<>(priority, new RunList<>());
        levels.add(index, level);
        return level;
    }

    /**
     * Begins a pass over the present entries.
     *
     * @return how many times to call {@link #next}
     */
    int begin() {
        normalLeft = normal.size();
        if (levels == null) {
            return normalLeft;
        }
        int count = 0;
        for (int i = 0; i < levels.size(); i++) {
            Level<T> level = levels.get(i);
            level.left = level.list.size();
            count += level.left;
        }
        return count;
    }

    /** Takes the next entry of the pass. */
    T next() {
        if (levels == null) {
            normalLeft--;
            return normal.poll();
        }
        int index = 0;
        while (levels.get(index).left == 0) {
            index++;
        }
        Level<T> level = levels.get(index);
        level.left--;
        return level.list.poll();
    }

    int size() {
        if (levels == null) {
            return normal.size();
        }
        int size = 0;
        for (int i = 0; i < levels.size(); i++) {
            size += levels.get(i).list.size();
        }
        return size;
    }

    boolean isEmpty() {
        return size() == 0;
    }

    /** {@return the number of priorities that have occurred; 0 while that is the normal one alone} */
    int levels() {
        return levels == null ? 0 : levels.size();
    }
}
