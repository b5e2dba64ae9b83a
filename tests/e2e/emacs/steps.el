;;; What the drivers of Emacs share  -*- lexical-binding: t -*-
;; ELPA: a folder with one folder for each package; without it, those that are installed.
(require 'package)
(when (getenv "ELPA")
  (setq package-directory-list (list (getenv "ELPA"))
        load-prefer-newer t))
(package-initialize)

(defun check (fine name)
  (princ (format "%s %s\n" (if fine "ok" "FAIL") name))
  (unless fine (kill-emacs 1)))

(defun wait (condition)
  (let ((end (+ (float-time) 30)) found)
    (while (and (not (setq found (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    found))

(defun go-to (text)
  "The cursor stands behind the first TEXT of the buffer."
  (goto-char (point-min))
  (search-forward text))

(defun line-there (text)
  (save-excursion (goto-char (point-min)) (search-forward text nil t)))
