/* The daemon's log: lines on standard error, with the priority in front where
 * journald reads them (sd-daemon(3)).  Any thread.  No names of children, no
 * PINs, no bodies. */
#ifndef NODE_LOG_H
#define NODE_LOG_H

#define LOG_LINE_BYTES 512 /* longer lines are cut */

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Lines above the level are dropped; INFO at start. */
void log_set_level(enum log_level level);
/* Control characters become '?', so that nobody outside writes lines here. */
void log_line(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
